"""Looks for drift, once or every so often; what it finds is counted for operators, and put right if that was asked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from deploy.operate.databases import connected
from deploy.operate.drift.checking import Drift, check
from deploy.operate.drift.metrics import metrics
from deploy.operate.drift.reading import Sides
from deploy.operate.drift.repairing import repair
from deploy.trouble import Trouble
from services.feed.chosen import Chosen, from_environment

STATEMENT_S = 300.0


@dataclass(frozen=True)
class ComparedPlaces:
    """The DSNs of the source (as the role that captures it), of the feed's database and of lookup's."""

    source: str
    feed: str
    lookup: str


async def look(places: ComparedPlaces, mend: bool = False, chosen: Chosen | None = None) -> Drift:
    """Look at everybody once, and put right what differs, if that is asked. Raises Trouble."""
    async with _reading(places, chosen or from_environment()) as reader:
        drift = await check(reader)
        _count(drift)
        if mend and drift.differences:
            await repair(reader, places.feed, drift)
    return drift


async def keep_looking(places: ComparedPlaces, every_s: float, mend: bool, tell: Callable[[str], None]) -> None:
    """For ever. What went wrong is told in a sentence, and looked at again the next time: the alert sees its age."""
    while True:
        try:
            drift = await look(places, mend)
            tell(f"{len(drift.subjects)} differ of {drift.looked_at}")
        except Trouble as trouble:
            tell(str(trouble))
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            tell(f"Not looked: {type(error).__name__}")
        await asyncio.sleep(every_s)


@asynccontextmanager
async def _reading(places: ComparedPlaces, chosen: Chosen) -> AsyncIterator[Sides]:
    async with (
        connected(places.source, STATEMENT_S) as source,
        connected(places.feed, STATEMENT_S) as feed,
        connected(places.lookup, STATEMENT_S) as lookup,
    ):
        try:
            yield Sides(chosen, source, feed, lookup)
        except (asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
            raise Trouble(
                f"The source's tables are not as they are expected, or may not be read ({type(error).__name__})."
            ) from None


def _count(drift: Drift) -> None:
    metrics.differences.clear()
    for (kind, part), count in Counter((one.kind, one.part) for one in drift.differences).items():
        metrics.differences.labels(kind, part).set(count)
    if not drift.differences:
        metrics.differences.labels("child", "missing").set(0)
    metrics.unsettled.set(drift.unsettled)
    metrics.checked_at.set(datetime.now(UTC).timestamp())
