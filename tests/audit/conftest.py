"""The fixtures of audit's tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.audit.world import office
from tests.support.databases import Clone
from tests.support.web import Web


@pytest.fixture
async def audit(database: Callable[..., Awaitable[Clone]]) -> Clone:
    """Audit's database; what a file's tests find in it is laid by a fixture of that file."""
    return await database("audit")


@pytest.fixture
def web(audit: Clone) -> Web:
    """Audit's web application on that database."""
    return office(audit)
