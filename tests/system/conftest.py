"""One portal for the faults, the end of access and the canary: its logs and spans of all that are what is searched."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support import homes
from tests.support.people import Portal, running


@pytest.fixture(scope="session")
async def portal() -> AsyncIterator[Portal]:
    with homes.home("system") as home:
        async with running(home, PORTAL_TRACES="1") as made:
            yield made
