"""One portal for the faults, the end of access and the canary: its logs and spans of all that are what is searched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.people import Portal, running


@pytest.fixture(scope="session")
async def portal() -> AsyncIterator[Portal]:
    home = Path(tempfile.mkdtemp(prefix="portal-system-", dir="/var/tmp"))
    home.chmod(0o755)
    try:
        async with running(home, PORTAL_TRACES="1") as made:
            yield made
    finally:
        shutil.rmtree(home, ignore_errors=True)
