"""`python -m tests.soak --rebuilds 50`: lookup is rebuilt and swapped so often, while it is asked and children change.

No search may fail, none may show what an earlier one had outdated, and no change may be lost.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.operate.rebuild.whole import Rebuilt
from shared.observe.logs import log_as_json
from tests.deploy.rebuild.load import Load, load
from tests.deploy.rebuild.world import Council, own_names
from tests.lookup.world import Lookup
from tests.support import databases
from tests.support.engines import engines
from tests.support.until import until

CHILDREN = 300
SEARCHERS = 4


async def soak(rebuilds: int) -> bool:
    """Whether everything was as it must be."""
    log_as_json("soak", "ERROR")
    began, swaps = time.monotonic(), list[Rebuilt]()
    async with _council() as council, load(council, searchers=SEARCHERS) as seen:
        while len(swaps) < rebuilds:
            swaps.append(await council.rebuild_elsewhere())
            say(f"{time.monotonic() - began:7.1f} s  {told(swaps, seen)}")
        await until(council.kept_newest, within_s=60)
    for wrong in (*seen.failed, *seen.stale):
        say(f"WRONG: {wrong}")
    return not seen.failed and not seen.stale


def told(swaps: list[Rebuilt], seen: Load) -> str:
    tries, searches = sum(one.tries for one in swaps), max(one.searches_waited_s for one in swaps)
    return (
        f"{len(swaps)} swaps in {tries} tries; {seen.asked:,} searches, {len(seen.failed)} failed, {len(seen.stale)}"
        f" stale; {seen.changed:,} changes shown; searches waited at most {searches * 1000:.0f} ms,"
        f" changes {max(one.writers_waited_s for one in swaps) * 1000:.0f} ms"
    )


@asynccontextmanager
async def _council() -> AsyncIterator[Council]:
    async with engines() as running, databases.server(running.postgres) as server:
        clone = await server.clone("lookup")
        council = Council(Lookup(clone), running.kafka, await own_names(running.kafka))
        try:
            await council.begin(CHILDREN)
            await council.work()
            yield council
        finally:
            await council.stop()
            await server.drop(clone)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
