"""A feed of the model `dfe`, pushed, on a fresh database."""

from collections.abc import Awaitable, Callable

import pytest

from tests.feed.pushing.world import PushFeed
from tests.support.databases import Clone


@pytest.fixture
async def pushed(database: Callable[..., Awaitable[Clone]]) -> PushFeed:
    made = PushFeed(await database("feed"))
    await made.open()
    return made
