"""The relay: what was committed reaches the log, in order for each key, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest

from shared.database.outbox import RELAY_LOCK
from shared.database.tx import Cause, Tx
from shared.events.relay import ROWS_MAX, Relay
from shared.log.kafka import TopicSpec, ensure_topics
from shared.log.record import Bus, Record
from shared.observe.metrics import metrics
from tests.shared.own import OwnKafka
from tests.shared.world import Stage, Standing, fact_type, state_type
from tests.shared.world import counted as a_fact
from tests.support.databases import Clone
from tests.support.memory_log import MemoryBus, MemoryLog
from tests.support.until import until

FACT = fact_type("outbox.facts.v1")
END_HOLDER = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objid = $2::bigint::oid AND database =
           (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Watched(MemoryBus):
    """A bus that notes what came in one append, and can be told to fail or to wait."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        super().__init__(log)
        self.appends: list[list[bytes | None]] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.stopped = 0
        self.asked = 0

    async def append(self, records: Sequence[Record]) -> None:
        self.asked += 1
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.appends.append([record.key for record in records])
        await super().append(records)

    async def stop(self) -> None:
        self.stopped += 1


@contextlib.asynccontextmanager
async def relaying(suite: Clone, bus: Bus) -> AsyncIterator[Relay]:
    relay = Relay(suite.db, lambda: bus)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def cause() -> Cause:
    return Cause("test", uuid4())


async def say(suite: Clone, *names: str) -> None:
    async with suite.db.transaction(cause()) as tx:
        await tx.emit(*(a_fact(FACT, 1, name) for name in names))


async def keys(bus: Watched, count: int) -> list[str]:
    """Keys in the order in which they were appended, when there are so many."""

    async def look() -> list[str]:
        return [(key or b"").decode() for append in bus.appends for key in append]

    return await until(look, lambda seen: len(seen) >= count)


async def empty(suite: Clone) -> None:
    await until(lambda: suite.value("SELECT count(*) = 0 FROM outbox"))


async def test_what_is_said_is_appended_once_and_its_row_goes(suite: Clone) -> None:
    async with relaying(suite, bus := Watched()):
        await say(suite, "a", "b")
        assert await keys(bus, 2) == ["a", "b"]
        await empty(suite)
    [record, *_] = await bus.read(FACT.topic)
    said = dict(record.headers)
    assert (said["ce_type"], said["ce_source"], said["content-type"]) == (
        FACT.type.encode(),
        b"suite",
        b"application/json",
    )


async def test_commits_in_another_order_than_their_numbers_are_all_found(suite: Clone) -> None:
    """Four transactions take the numbers 0 to 3 and end so: 2 commits, 3 rolls back, 1 commits, 0 commits."""
    async with relaying(suite, bus := Watched()):
        ends: list[asyncio.Event] = [asyncio.Event() for _ in range(4)]
        tasks = []
        for number in range(4):
            begun = asyncio.Event()
            tasks.append(asyncio.create_task(one(suite, f"k{number}", begun, ends[number], fails=number == 3)))
            await begun.wait()
        for seen, number in enumerate((2, 3, 1, 0)):
            ends[number].set()
            await asyncio.wait([tasks[number]])
            if number != 3:
                await keys(bus, seen if seen > 1 else seen + 1)
        assert await keys(bus, 3) == ["k2", "k1", "k0"]
        await empty(suite)


async def one(suite: Clone, name: str, begun: asyncio.Event, end: asyncio.Event, fails: bool) -> None:
    async with suite.db.transaction(cause()) as tx:
        await tx.emit(a_fact(FACT, 1, name))
        begun.set()
        await end.wait()
        if fails:
            raise RuntimeError


async def test_a_row_stays_until_the_log_has_acknowledged_it(suite: Clone) -> None:
    bus = Watched()
    bus.failures = 1
    async with relaying(suite, bus):
        await say(suite, "a", "b")
        assert await keys(bus, 2) == ["a", "b"]
        await empty(suite)


async def test_a_watermark_goes_alone_after_all_before_it(suite: Clone) -> None:
    stamp = state_type("outbox.stamp.v1")
    stamp.watermark = True
    async with suite.db.transaction(cause()) as tx:
        await tx.emit(a_fact(FACT, 1, "a"), a_fact(FACT, 1, "b"), stamp(name="x", revision=1), a_fact(FACT, 1, "c"))
    async with relaying(suite, bus := Watched()):
        await keys(bus, 4)
    assert bus.appends == [[b"a", b"b"], [b"x"], [b"c"]]


async def test_a_tombstone_goes_out_as_one(suite: Clone) -> None:
    async with suite.db.transaction(cause()) as tx:
        await tx.forget(kind := state_type("outbox.gone.v1"), "a")
    async with relaying(suite, bus := Watched()):
        await keys(bus, 1)
    assert [(record.key, record.value) for record in await bus.read(kind.topic)] == [(b"a", None)]


async def test_more_rows_than_one_read_keep_their_order(suite: Clone) -> None:
    names = [f"{number:05}" for number in range(ROWS_MAX * 2 + 10)]
    await say(suite, *names)
    async with relaying(suite, bus := Watched()):
        assert await keys(bus, len(names)) == names


async def test_only_one_of_two_relays_sends(suite: Clone) -> None:
    first, second = Watched(log := MemoryLog()), Watched(log)
    async with relaying(suite, first):
        await say(suite, "a")
        await keys(first, 1)
        async with relaying(suite, second):
            await say(suite, "b")
            await keys(first, 2)
            assert second.appends == []


async def test_the_other_relay_takes_over_when_the_first_ends(suite: Clone) -> None:
    first, second = Watched(log := MemoryLog()), Watched(log)
    async with contextlib.AsyncExitStack() as running:
        await running.enter_async_context(relaying(suite, first))
        await say(suite, "a")
        await empty(suite)
        async with relaying(suite, second):
            await running.aclose()
            await say(suite, "b")
            assert await keys(second, 1) == ["b"]


async def test_one_that_loses_its_lock_stops_its_producer_before_it_begins_again(suite: Clone) -> None:
    bus = Watched()

    async def asked() -> int:
        return bus.asked

    async def stopped() -> int:
        return bus.stopped

    async with relaying(suite, bus):
        await say(suite, "a")
        await empty(suite)
        bus.gate.clear()
        await say(suite, "b")
        await until(asked, lambda times: times == 2)
        async with suite.db.transaction(cause()) as tx:
            await tx.execute(END_HOLDER, RELAY_LOCK >> 32, RELAY_LOCK & 0xFFFFFFFF)
        await until(stopped)
        bus.gate.set()
        assert await keys(bus, 2) == ["a", "b"]
        await empty(suite)


async def test_a_relay_can_be_stopped_while_its_connection_is_gone(suite: Clone) -> None:
    bus = Watched()

    async def asked() -> int:
        return bus.asked

    relay = Relay(suite.db, lambda: bus)
    task = asyncio.create_task(relay.run())
    bus.gate.clear()
    await say(suite, "a")
    await until(asked)
    async with suite.db.transaction(cause()) as tx:
        await tx.execute(END_HOLDER, RELAY_LOCK >> 32, RELAY_LOCK & 0xFFFFFFFF)
    task.cancel()
    await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 10)


async def test_no_transaction_is_open_while_the_log_is_waited_for(suite: Clone) -> None:
    bus = Watched()
    bus.gate.clear()
    async with relaying(suite, bus) as relay:
        await say(suite, "a")

        async def age_s() -> float:
            return relay.age_s()

        first = await until(age_s)
        await until(age_s, lambda age: age > first)  # and the gauge grows meanwhile
        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND state LIKE 'idle in transaction%'"
        assert await suite.value(open_ones, suite.name) == 0
        gauge = metrics.registry.get_sample_value("portal_outbox_age_seconds", {"service": "suite"})
        assert (gauge or 0) > 0
        bus.gate.set()
        await empty(suite)
        await until(age_s, lambda age: age == 0)


@pytest.mark.engines
async def test_a_relay_waits_for_kafka_and_goes_on(suite: Clone, broker: OwnKafka) -> None:
    stage = Stage(broker)
    await broker.make(stage.topic)
    kind = fact_type(stage.topic)
    await broker.stop()

    async def emit(tx: Tx) -> None:
        await tx.emit(a_fact(kind, 1, "while away"))

    async with suite.db.transaction(cause()) as tx:
        await emit(tx)
    relay = Relay(suite.db, stage.bus)
    task = asyncio.create_task(relay.run())
    await broker.start()
    await until(lambda: suite.value("SELECT count(*) = 0 FROM outbox"), within_s=60)
    assert [record.key for record in await stage.bus().read(stage.topic)] == [b"while away"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await stage.stop()


@pytest.mark.engines
async def test_two_orders_of_one_key_compacted_and_rebuilt_leave_the_highest_revision(
    suite: Clone, broker: OwnKafka
) -> None:
    """Both transactions take their key's row lock before they speak, so the log's order is the revisions' order."""
    stage = Stage(broker)
    kind = state_type(f"{stage.name}.standing.v1")
    quick = {"cleanup.policy": "compact", "segment.ms": "100", "max.compaction.lag.ms": "100"}
    await ensure_topics(broker.servers, [TopicSpec(kind.topic, 1, quick)])
    await suite.execute("INSERT INTO newest VALUES ('a', 0), ('b', 0)")
    for first, second in (("a", "b"), ("b", "a")):
        begun = asyncio.Event()
        async with asyncio.TaskGroup() as both:
            both.create_task(revise(suite, kind, first, begun))
            await begun.wait()
            both.create_task(revise(suite, kind, first, asyncio.Event()))
            both.create_task(revise(suite, kind, second, asyncio.Event()))
    relay = asyncio.create_task(Relay(suite.db, stage.bus).run())
    await empty(suite)

    async def compacted() -> list[Record]:
        await revise(suite, kind, "roll", asyncio.Event())  # a segment is closed by what comes after it
        await empty(suite)
        return [record for record in await stage.bus().read(kind.topic) if record.key in (b"a", b"b")]

    left = await until(compacted, lambda seen: len(seen) == 2, within_s=90)
    revisions = {record.key: kind.model_validate_json(record.value or b"").revision for record in left}
    assert revisions == {b"a": await revision(suite, "a"), b"b": await revision(suite, "b")}
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    await stage.stop()


async def revise(suite: Clone, kind: type[Standing], name: str, begun: asyncio.Event) -> None:
    """As an owner does it: lock, count, say, keep the lock to the commit."""
    async with suite.db.transaction(cause()) as tx:
        revision = await tx.value(
            """
            INSERT INTO newest VALUES ($1, 1)
                ON CONFLICT (key) DO UPDATE SET revision = newest.revision + 1 RETURNING revision
            """,
            name,
        )
        begun.set()
        await tx.emit(kind(name=name, revision=revision))


async def revision(suite: Clone, name: str) -> object:
    return await suite.value("SELECT revision FROM newest WHERE key = $1", name)
