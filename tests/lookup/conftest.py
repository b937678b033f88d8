"""A lookup service over a fresh database."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.lookup.world import Lookup
from tests.support.databases import Clone
from tests.support.lines import logged


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the service logs during the test."""
    with logged("lookup") as said:
        yield said


@pytest.fixture
async def lookup(database: Callable[..., Awaitable[Clone]], lines: io.StringIO) -> Lookup:
    """Nobody is in its records yet, and they are fresh."""
    made = Lookup(await database("lookup"))
    await made.is_fresh()
    return made
