"""Operators see how many pairs wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.feed.linking.commands import count
from services.feed.metrics import metrics
from services.feed.settings import Settings
from tests.feed.linking.world import STAFF, TWOFOLD, person, pupil
from tests.feed.world import Feed, Tape
from tests.support.databases import Clone


async def test_pairs_are_counted_by_how_they_stand(database: Callable[..., Awaitable[Clone]], tape: Tape) -> None:
    feed = Feed(await database("feed"), tape, TWOFOLD)
    await feed.live(pupil(), person("1"), person("2"), *STAFF)
    await count(feed.database.db, Settings())
    counted = {sample.labels["standing"]: sample.value for sample in next(iter(metrics.links.collect())).samples}
    assert counted == {"waiting": 2, "linked": 0, "passed": 0, "apart": 0}
