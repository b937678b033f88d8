"""The feed on a fresh database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.feed.world import Feed, Tape
from tests.support.databases import Clone


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tape: Tape) -> Feed:
    return Feed(await database("feed"), tape)
