"""How far the council's records have come is told in a sentence, while it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.operate.loading import Loading, loading
from tests.feed.extracts import ExtractFeed, council, lay_down
from tests.support.databases import Clone
from tests.support.until import until

NOW = datetime.now(UTC)
CHILDREN = 40


@pytest.mark.parametrize(
    ("found", "told", "over"),
    [
        (Loading("waiting", None, 0, 0, 0, False), "the source is waited for", False),
        (Loading("waiting", "reading", 0, 12_000, 0, False, 0), "an extract is read: 12,000 rows; lookup has 0", False),
        (Loading("reading", "applying", 5_000, 12_000, 9, True), "an extract of 12,000 rows comes in: 5,000", False),
        (Loading("reading", None, 70_000, 0, 0, True, 0), "the source is read: 70,000 rows; lookup has 0", False),
        (Loading("sweeping", None, 70_000, 0, 900, True), "70,000 rows are read, and 900 children, workers", False),
        (Loading("live", None, 7, 0, 3, True, 2), "3 children, workers and teams are to be emitted yet; lookup", False),
        (Loading("live", None, 7, 0, 0, False, 5), "7 rows are read; lookup has 5 children", True),
        (Loading("live", "held", 7, 9, 0, False), "7 rows are read", True),
    ],
)
def test_each_way_to_stand_is_a_sentence(found: Loading, told: str, over: bool) -> None:
    assert told in found.sentence
    assert found.is_over is over


async def test_it_is_what_the_feed_and_lookup_have(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> None:
    feed, lookup = ExtractFeed(await database("feed"), tmp_path), await database("lookup")
    await feed.restart()
    assert (await loading(feed.database.dsn, lookup.dsn)).sentence == "the source is waited for; lookup has 0 children"
    tables = council(CHILDREN)
    lay_down(tmp_path / "1", tables, NOW - timedelta(hours=1))
    await feed.look()
    assert not (await loading(feed.database.dsn)).is_over
    await feed.catch_up()
    rows = sum(len(found) for name, found in tables.items() if name in feed.chosen.source.tables) + 1
    found = await until(lambda: loading(feed.database.dsn), lambda found: found.kept == rows)
    assert (found.is_over, found.refresh) == (True, None)
