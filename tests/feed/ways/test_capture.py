"""The whole way, for real: the council's database, Debezium on Kafka Connect, Kafka, the feed, and what it says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar, cast
from uuid import uuid4

import asyncpg
import pytest

from deploy.demo import council
from deploy.demo.cases import cases
from deploy.demo.crowd import PLANS
from deploy.demo.tables import REASON
from deploy.operate import databases
from services.feed.app import service
from services.feed.mirror.projections import ingest
from services.feed.mirror.readiness import Flow
from services.feed.settings import Settings
from services.feed.ways.capture.watch import look
from shared.contracts import State
from shared.contracts.feed import Child, Freshness, Worker
from shared.events.consumers import Consumers
from shared.events.dead import replay_topic
from shared.events.relay import Relay
from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.manifest import Ingestion, Periodic
from shared.operate.periodic import Runner
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.memory_log import MemoryBus, MemoryLog
from tests.support.source import CAPTURE_PASSWORD, CONNECT_PASSWORD, Connect, Source, source
from tests.support.until import until

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

SLOW_S = 240.0
"""Connect, and a snapshot, on a machine that has much else to do."""

Said = TypeVar("Said", bound=State)


@dataclass
class Capture:
    """A feed that captures a source of its own; what it says goes to a log of its own."""

    source: Source
    connect: Connect
    raw: str
    log: MemoryLog = field(default_factory=MemoryLog)

    async def said(self, state: type[Said]) -> dict[str, Said]:
        """The newest revision of each, as whoever follows them has it."""
        newest: dict[str, Said] = {}
        for record in await MemoryBus(self.log).read(state.topic):
            one = state.model_validate_json(record.value or b"")
            assert one.key not in newest or newest[one.key].revision < one.revision
            newest[one.key] = one
        return newest

    async def lead(self, upn: str) -> str | None:
        """The name of a child's lead worker, as it was said last."""
        child = next((c for c in (await self.said(Child)).values() if c.upn == upn), None)
        leads = [a for a in child.allocations if a.lead and a.ends is None] if child else []
        workers = await self.said(Worker)
        return workers[str(leads[-1].worker_id)].name if leads else None

    async def fresh(self) -> bool:
        """Whether what is committed in the source by now has been said: waited for."""
        async with databases.connected(self.source.dsn) as connection:
            now = await connection.fetchval("SELECT clock_timestamp()")

        async def as_of() -> bool:
            return any(fresh.as_of > now for fresh in (await self.said(Freshness)).values())

        return await until(as_of, within_s=SLOW_S)


def works(topic: str, group: str) -> list[Periodic]:
    """The feed's own, looking at this test's topic and group."""
    looking = partial(look, topic=topic, group=group)
    return [replace(one, work=looking) if one.work is look else one for one in service.works_loaded()]


@asynccontextmanager
async def capture(engines: Engines, connect: Connect, database: Clone, children: int) -> AsyncIterator[Capture]:
    raw, group = f"test.raw.{uuid4().hex[:12]}", f"mirror-{uuid4().hex[:12]}"
    await ensure_topics(engines.kafka, [TopicSpec(raw, 1, {}), TopicSpec(replay_topic(f"feed.{group}"), 1, {})])
    async with source(engines.postgres, children=children) as made:
        one = Capture(made, connect, raw)
        settings = Settings.model_validate(
            {
                "kafka": engines.kafka,
                "connect_url": connect.url,
                "connect_password": CONNECT_PASSWORD,
                "connector": made.connector(raw),
            }
        )
        bus, ingestion = KafkaBus(engines.kafka, "test-feed"), Ingestion(topic=raw, to=ingest, group=group)
        tasks = [
            asyncio.create_task(Consumers("feed", database.db, bus, ingests=[ingestion]).run()),
            asyncio.create_task(Relay(database.db, lambda: MemoryBus(one.log)).run()),
            asyncio.create_task(Runner(database.db, settings, works(raw, f"feed.{group}")).run()),
        ]
        try:
            yield one
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await bus.stop()
            await connect.forget("portal")


async def test_the_source_is_said_and_its_changes_are_and_what_must_not_leave_it_does_not(
    engines: Engines, connect: Connect, database: Callable[..., Awaitable[Clone]]
) -> None:
    clone = await database("feed")
    async with capture(engines, connect, clone, children=60) as feed:
        await feed.fresh()
        assert len(await feed.said(Child)) == 60
        assert {case.upn for case in cases()} <= {child.upn for child in (await feed.said(Child)).values()}
        await changes_flow(feed)
        await a_killed_connect_and_a_failed_task_come_back(feed)
        await a_missed_snapshot_is_taken_on_a_new_slot(feed, clone)
        await a_renamed_column_stops_plain_answers_until_it_is_back(feed)
        await a_slot_that_is_dropped_is_told_and_all_is_read_anew(feed, clone)
        await only_what_is_captured_leaves(feed, engines)


async def changes_flow(feed: Capture) -> None:
    moved = await council.reallocate(feed.source.dsn)
    assert moved.before != moved.after
    await feed.fresh()
    assert await feed.lead(moved.upn) == moved.after


async def a_killed_connect_and_a_failed_task_come_back(feed: Capture) -> None:
    os.kill(feed.connect.pid, signal.SIGKILL)
    await changes_flow(feed)
    async with databases.connected(feed.source.admin_dsn) as admin:
        slot = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1"
        await admin.execute(slot, feed.source.name)
    await changes_flow(feed)


async def a_missed_snapshot_is_taken_on_a_new_slot(feed: Capture, database: Clone) -> None:
    async with databases.connected(feed.source.admin_dsn) as admin:

        async def slot() -> bool:
            found = "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)"
            return bool(await admin.fetchval(found, feed.source.name))

        generation = await database.value("SELECT generation FROM cursor")
        await database.execute("UPDATE cursor SET phase = 'missed'")
        await until(slot, lambda there: not there, within_s=SLOW_S)
    live = "SELECT phase = 'live' AND generation > $1 FROM cursor"
    await until(lambda: database.value(live, generation), within_s=SLOW_S)
    await changes_flow(feed)
    assert len(await feed.said(Child)) == 60


async def a_renamed_column_stops_plain_answers_until_it_is_back(feed: Capture) -> None:
    async def broken() -> list[tuple[str, ...]]:
        return [fresh.broken for fresh in (await feed.said(Freshness)).values()]

    async def doubted() -> list[tuple[str, ...]]:
        return [child.doubtful for child in (await feed.said(Child)).values() if child.doubtful]

    touch = "UPDATE allocation SET is_lead = is_lead WHERE id = 1"
    await feed.source.execute(f"ALTER TABLE allocation RENAME ends TO end_date; {touch}")
    await until(broken, lambda seen: seen == [("allocation.ends",)], within_s=SLOW_S)
    await until(
        doubted, lambda seen: seen == [("allocations",)], within_s=SLOW_S
    )  # a watermark goes alone: it is first
    await feed.source.execute(f"ALTER TABLE allocation RENAME end_date TO ends; {touch}")
    await feed.fresh()
    assert await broken() == [()]
    assert not any(child.doubtful for child in (await feed.said(Child)).values())


async def a_slot_that_is_dropped_is_told_and_all_is_read_anew(feed: Capture, database: Clone) -> None:
    await feed.connect.ask("PUT", "/connectors/portal/stop")  # what it came to is flushed: it will look for that slot
    async with databases.connected(feed.source.admin_dsn) as admin:
        idle = "SELECT NOT active FROM pg_replication_slots WHERE slot_name = $1"
        await until(lambda: admin.fetchval(idle, feed.source.name), within_s=SLOW_S)
        await admin.execute("SELECT pg_drop_replication_slot($1)", feed.source.name)
    moved = await council.reallocate(feed.source.dsn)  # in no slot's log
    await feed.connect.ask("PUT", "/connectors/portal/resume")
    await until(Flow(database.db, grace_s=0).unready, lambda said: "slot is gone" in (said or ""), within_s=SLOW_S)
    await feed.fresh()
    assert await feed.lead(moved.upn) == moved.after


async def only_what_is_captured_leaves(feed: Capture, engines: Engines) -> None:
    """Changes of a plan alone are made first: they reach the topic as changes of nothing."""
    await feed.source.execute("UPDATE involvement SET plan = 'looked_after', reason = $1", f"{REASON}, changed")
    await feed.source.execute("DELETE FROM involvement WHERE id = 1")
    await feed.fresh()
    raw = b"".join(r.value or b"" for r in await KafkaBus(engines.kafka, "test-look").read(feed.raw))
    said = json.dumps([child.model_dump(mode="json") for child in (await feed.said(Child)).values()]).encode()
    for forbidden in (*PLANS, REASON, "Nowhere Lane", "plan", "reason", "address"):
        assert forbidden.encode() not in raw + said
    capture_dsn = databases.at(feed.source.dsn, feed.source.name, "portal_capture", CAPTURE_PASSWORD)
    async with databases.connected(capture_dsn) as connection:
        for column in ("involvement.plan", "involvement.reason", "person.address"):
            table, _, name = column.partition(".")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SELECT {name} FROM {table}")


async def test_a_snapshot_cut_off_by_a_kill_is_read_again_and_said_whole(
    engines: Engines, connect: Connect, database: Callable[..., Awaitable[Clone]]
) -> None:
    clone = await database("feed")
    async with capture(engines, connect, clone, children=10_000) as feed:
        await until(lambda: clone.value("SELECT phase = 'reading' FROM cursor"), within_s=SLOW_S)
        os.kill(feed.connect.pid, signal.SIGKILL)
        await feed.source.execute("DELETE FROM person WHERE id = 50")
        await feed.source.execute("UPDATE person SET given = 'Changed' WHERE id = 51")
        await feed.fresh()
        said = [child for child in (await feed.said(Child)).values() if not child.ended]
        assert len(said) == 9_999
        assert sum(child.given_name == "Changed" for child in said) == 1
        # The second was read on the slot of the first, and was not trusted: a later one has a new slot. That is the
        # third, or the fourth where the second was still being read when the connector was told to drop its slot.
        assert cast("int", await clone.value("SELECT generation FROM cursor")) >= 3
