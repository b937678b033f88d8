"""Run inside a checkout of before keys were text: `python feed_before.py fill|change|deliver DSN OWNER_DSN`.

fill: its feed reads a snapshot and some changes. change: one more. deliver: more of them come through its inbox, and it
does what it does every so often. Prints as JSON what came of it.
"""

# ruff: noqa: T201
from __future__ import annotations

import asyncio
import json
import sys
from types import SimpleNamespace

from services.feed import commands  # type: ignore[attr-defined]
from services.feed.projections import fold  # type: ignore[import-not-found]
from shared import db, telemetry
from shared.bus import MemoryBus
from shared.dead import dead_topic
from shared.inbox import Folds, Inboxes
from tests.feed.tape import WORLD, Feed, Tape, person, roll  # type: ignore[import-not-found]
from tests.support.databases import Clone

GROUP = "feed.mirror"
CHANGE = 200


async def fill(feed: Feed) -> object:
    """Twelve children, one with a cell that cannot be used, one whom a snapshot did not see, one changed since."""
    await commands.begin_again(1)(feed.database.db)
    others = [person(key, upn=None, given=f"Child {key}") for key in range(2, 13)]
    await feed.live(*WORLD, *others, roll(2, about=12, urn="?"))
    await feed.fold(feed.tape.put(110, *person(10, given="Mira")))
    await feed.fold(feed.tape.delete(111, "person", 11))
    await feed.heard()
    return {}


async def change(feed: Feed) -> object:
    """What it emits of a change: [revision, first name]."""
    await feed.fold(feed.tape.put(CHANGE + 50, *person(10, given="Back again")))
    return [[child.revision, child.given_name] for child in await feed.heard()]


async def deliver(feed: Feed) -> object:
    """What becomes of a change, and of what the feed does every so often."""
    bus = MemoryBus()
    inboxes = Inboxes("feed", feed.database.db, bus, folds=[Folds("source.council.raw", fold, "mirror")])
    records = [feed.tape.own_heartbeat(), *(feed.tape.put(CHANGE, *person(n, given="Lost?")) for n in range(1, 9))]
    await bus.append([*records, feed.tape.own_heartbeat()])
    running = asyncio.create_task(inboxes.run())
    waits = None
    while not (waits and "waits" in waits):
        await asyncio.sleep(0.05)
        waits = await inboxes.unready()
    works = {"begin again": commands.begin_again(9), "catch up": commands.catch_up, "forget": commands.forget}
    failed = {name: await _failure(work, feed.database.db) for name, work in works.items()}
    dead = await bus.read(dead_topic(GROUP))
    committed = await bus.committed(GROUP, ["source.council.raw"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return {"waits": waits, "dead": len(dead), "committed": sum(committed.values()), "failed": failed}


async def _failure(work: object, database: db.Database) -> str | None:
    try:
        await work(database)  # type: ignore[operator]
    except db.DatabaseFailed as error:
        return str(error.sqlstate)
    return None


async def main(act: str, dsn: str, owner_dsn: str) -> None:
    telemetry.log_as_json("feed", "CRITICAL")
    database = await db.connect(dsn, "feed")
    feed = Feed(Clone("feed", "", database, dsn, owner_dsn), Tape())
    acts = SimpleNamespace(fill=fill, change=change, deliver=deliver)
    print(json.dumps(await getattr(acts, act)(feed)))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
