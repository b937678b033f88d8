"""A lookup service over a fresh database, whose records say what the test tells them."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.lookup.world import Lookup
from tests.support.databases import Clone
from tests.support.lines import logged


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with logged("lookup") as said:
        yield said


@pytest.fixture
async def lookup(database: Callable[..., Awaitable[Clone]], lines: io.StringIO) -> Lookup:
    """Fresh records, with nobody in them yet."""
    made = Lookup(await database("lookup"))
    await made.is_fresh()
    return made
