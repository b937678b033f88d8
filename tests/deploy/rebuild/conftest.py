"""A small council on the engines of the run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.deploy.rebuild.world import Council, own_names
from tests.lookup.world import Lookup
from tests.support.databases import Clone
from tests.support.engines import Engines


@pytest.fixture
async def council(engines: Engines, database: Callable[..., Awaitable[Clone]]) -> AsyncIterator[Council]:
    made = Council(Lookup(await database("lookup")), engines.kafka, await own_names(engines.kafka))
    await made.begin(children=12)
    yield made
    await made.stop()
