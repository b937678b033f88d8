"""From a commit in the source database to an answer that shows it, beside a bare consumer of the captured changes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from bench.client import Lead, OpenConnections, lead_worker, search
from bench.figures import MS, Figure, Measured, middle, p99, spread
from bench.portal import BenchFailed, Portal, caught_up, looking
from shared.contracts.feed import Child

RAW = "source.council.raw"
CHILD = Child.topic
EVERY = 20  # one change in so many is followed by asking
ASK_AGAIN_S = 0.010
FOLLOWED_MAX = 8  # at a time: more asking than that would be a load of its own, and what is measured
SEEN_MAX_S = 20.0  # not shown after so long: lost
WRITERS = 6
CHECKERS = 8
BUSY = 503
SETTLE_MAX_S = 180.0
AIM_P99_MS = 250.0

# Children on this school's roll, so that a lead may see them, and none of the demo's known ones; whoever is their lead
# worker now, if anybody.
CHOOSE = """
    SELECT p.id, p.upn, a.worker_id,
           EXISTS (SELECT FROM involvement i WHERE i.person_id = p.id AND i.closed IS NULL) AS open
      FROM person p JOIN school_history h ON h.person_id = p.id AND h.urn = $1 AND h.ends IS NULL
      LEFT JOIN allocation a ON a.person_id = p.id AND a.is_lead AND a.ends IS NULL
     WHERE NOT p.restricted AND p.id > 100
     ORDER BY p.id LIMIT $2
"""
WORKERS = """
    SELECT id, name FROM worker
     WHERE left_on IS NULL AND phone IS NOT NULL AND name IN (SELECT name FROM worker GROUP BY name HAVING count(*) = 1)
     ORDER BY id
"""
OPEN_CASES = "INSERT INTO involvement (person_id, team_id, opened) SELECT unnest($1::bigint[]), 1, $2"
ALLOCATE = """
    INSERT INTO allocation (person_id, worker_id, is_lead, starts)
    SELECT p, w, true, $3 FROM unnest($1::bigint[], $2::bigint[]) AS new (p, w)
"""
END_LEAD = "UPDATE allocation SET ends = greatest(starts, $2) WHERE person_id = $1 AND is_lead AND ends IS NULL"
NEW_LEAD = "INSERT INTO allocation (person_id, worker_id, is_lead, starts) VALUES ($1, $2, true, $3)"


@dataclass
class Change:
    """One child gets another lead worker. Times are of the monotonic clock."""

    person: int
    upn: str
    worker: int
    name: str
    followed: bool = False
    committed: float = 0.0
    captured: float = 0.0
    emitted: float = 0.0
    visible: float = 0.0


@dataclass
class ChangesRun:
    """One measurement under way."""

    portal: Portal
    lead: Lead
    changes: list[Change]
    today: date
    lookup: OpenConnections
    searches: int = 0
    following: int = 0
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    unanswered: int = 0
    """No record, no answer: seen where the machine is so busy that no database connection is had in time."""

    async def shows(self, change: Change) -> bool:
        """One real search, recorded like any other."""
        token = await self.lead.token()
        async with self.lookup.one() as connection:
            status, body = await connection.ask("POST", "/searches", token, search(change.upn))
        if status == BUSY:
            self.unanswered += 1
            return False
        if status != 200:
            raise BenchFailed(f"a search was answered {status}")
        self.searches += 1
        return lead_worker(json.loads(body)) == change.name

    async def follow(self, change: Change) -> None:
        """Ask every ASK_AGAIN_S until the answer shows it; the moment is that at which the answer was had."""
        due, change.followed = change.committed, True
        while time.monotonic() - change.committed < SEEN_MAX_S:
            if await self.shows(change):
                change.visible = time.monotonic()
                return
            due = max(due + ASK_AGAIN_S, time.monotonic())
            await asyncio.sleep(due - time.monotonic())


async def measure(portal: Portal, lead: Lead, rate: int, seconds: float) -> tuple[Measured, int]:
    """The figures, and how many searches were made."""
    changes, today = await prepared(portal, lead.school, int(rate * seconds))
    run = ChangesRun(portal, lead, changes, today, OpenConnections(portal.places.url("lookup")))
    with floor(portal, changes) as listening:
        consumer = await listening
        before = portal.cpu_s()
        took_s = await written(run, rate)
        run.cpu_s = {name: round(after - before.get(name, 0.0), 2) for name, after in portal.cpu_s().items()}
        lost = await unseen(run)
        await captured(consumer, changes)
    run.lookup.close()
    return told(run, took_s, lost), run.searches


async def prepared(portal: Portal, school: str, count: int) -> tuple[list[Change], date]:
    """So many children with an open case and a lead worker, and whom each shall have instead."""
    async with looking(portal.admin("council")) as source:
        today = await source.fetchval("SELECT (now() AT TIME ZONE 'Europe/London')::date")
        children = await source.fetch(CHOOSE, school, count)
        workers = [(row["id"], row["name"]) for row in await source.fetch(WORKERS)]
        if len(children) < count:
            raise BenchFailed(f"the school has {len(children)} children to change, {count} are needed: more --children")
        rng = random.Random(1)
        has = {row["id"]: row["worker_id"] or rng.choice(workers)[0] for row in children}
        gets = {key: rng.choice([one for one in workers if one[0] != before]) for key, before in has.items()}
        without = {row["id"]: has[row["id"]] for row in children if row["worker_id"] is None}
        async with source.transaction():
            await source.execute(OPEN_CASES, [row["id"] for row in children if not row["open"]], today)
            await source.execute(ALLOCATE, list(without), list(without.values()), today)
    await caught_up(portal, SETTLE_MAX_S)
    return [Change(row["id"], row["upn"], *gets[row["id"]]) for row in children], today


async def written(run: ChangesRun, rate: int) -> float:
    """Every change a transaction of its own, at a steady rate, on a few connections; seconds until the last commit."""
    pool = await asyncpg.create_pool(run.portal.admin("council"), min_size=WRITERS, max_size=WRITERS)
    began = time.monotonic()
    async with pool, asyncio.TaskGroup() as tasks:
        for number, change in enumerate(run.changes):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.create_task(_changed(run, pool, change, followed=number % EVERY == 0))
    return max(change.committed for change in run.changes) - began


async def _changed(run: ChangesRun, pool: Any, change: Change, followed: bool) -> None:
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(END_LEAD, change.person, run.today)
            await connection.execute(NEW_LEAD, change.person, change.worker, run.today)
        change.committed = time.monotonic()
    if followed and run.following < FOLLOWED_MAX:
        run.following += 1
        await run.follow(change)
        run.following -= 1


async def unseen(run: ChangesRun) -> int:
    """Every changed child is asked for once more; how many do not show their new worker, however long one waits."""
    left = list(run.changes)

    async def check() -> int:
        lost = 0
        while left:
            lost += not await shown_at_last(run, left.pop())
        return lost

    return sum(await asyncio.gather(*(check() for _ in range(CHECKERS))))


async def shown_at_last(run: ChangesRun, change: Change) -> bool:
    deadline = time.monotonic() + SEEN_MAX_S
    while time.monotonic() < deadline:
        if await run.shows(change):
            return True
        await asyncio.sleep(ASK_AGAIN_S)
    return False


@contextmanager
def floor(portal: Portal, changes: list[Change]) -> Iterator[Any]:
    """A bare consumer of the raw topic and of the feed's states, from their present ends; it notes what came when."""
    began: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()
    raw, states = {change.person: change for change in changes}, {change.upn: change for change in changes}

    async def listen() -> None:
        async with AIOKafkaConsumer(RAW, CHILD, **portal.places.cluster().client) as consumer:
            await consumer.seek_to_end()
            began.set_result(task)
            while raw or states:
                record = await consumer.getone()
                if record.topic == RAW:
                    _note_captured(record.value, raw)
                else:
                    _note_emitted(record.value, states)

    task = asyncio.create_task(listen())
    try:
        yield began
    finally:
        task.cancel()


def _note_captured(value: bytes | None, awaited: dict[int, Change]) -> None:
    now = time.monotonic()
    envelope = json.loads(value) if value else {}
    if envelope.get("op") == "c" and envelope["source"]["table"] == "allocation":
        change = awaited.pop(envelope["after"]["person_id"], None)
        if change:
            change.captured = now


def _note_emitted(value: bytes | None, awaited: dict[str, Change]) -> None:
    now = time.monotonic()
    change = awaited.pop(json.loads(value)["upn"], None) if value else None
    if change:
        change.emitted = now


async def captured(consumer: asyncio.Task[None], changes: list[Change]) -> None:
    """Return when the bare consumer has had every change; those that it has not had by then are not in the floor."""
    await asyncio.wait({consumer}, timeout=SEEN_MAX_S)
    if consumer.done():
        consumer.result()
    elif not any(change.captured for change in changes):
        raise BenchFailed("the bare consumer of the raw topic got nothing")


def told(run: ChangesRun, took_s: float, lost: int) -> Measured:
    changes = run.changes
    seen = [(one.visible - one.committed) * MS for one in changes if one.visible]
    bare = [(one.captured - one.committed) * MS for one in changes if one.captured]
    followed = sum(change.followed for change in changes)
    beside = "commit to a bare consumer of the raw topic"
    high = p99(seen)
    figures = [
        Figure("change to visible, median", "ms", middle(seen), middle(bare), beside),
        Figure("change to visible, p99", "ms", high, p99(bare), beside, "< 250 ms", high < AIM_P99_MS),
        Figure("changes lost", "", lost, len(changes), "of so many changes, each asked for at the end", "0", lost == 0),
    ]
    emitted = [(one.emitted - one.committed) * MS for one in changes if one.emitted]
    raw = {
        "visible_ms": spread(seen), "emitted_ms": spread(emitted), "captured_ms": spread(bare),
        "changes": len(changes), "followed": followed, "rate_per_s": round(len(changes) / took_s, 1),
        "searches": run.searches, "unanswered": run.unanswered,
        "cpu_s": run.cpu_s,
        "each_visible_ms": [round(one, 1) for one in seen],
    }  # fmt: skip
    faults = [f"{lost} changes of {len(changes)} were never shown"] if lost else []
    if len(seen) < followed:
        faults.append(f"{followed - len(seen)} followed changes were not shown in {SEEN_MAX_S:.0f} s")
    return Measured(figures, raw, faults)
