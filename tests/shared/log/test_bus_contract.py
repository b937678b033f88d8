"""What every Bus promises: one suite, on MemoryBus and on real Kafka."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from shared.contracts import BODY_MAX_BYTES
from shared.database.tx import Tx
from shared.events.consumers import Consumers
from shared.events.dead import dead_list, dead_replay, let_pass
from shared.events.delivery import POISON_RUN_MAX, CircuitOpen
from shared.events.facts import ReceivedFact
from shared.events.states import Projector
from shared.log.record import Bus, Place, Record
from shared.manifest import Projection, Reaction
from shared.observe.metrics import metrics
from tests.shared.own import OwnKafka, OwnPostgres
from tests.shared.world import (
    MIGRATIONS,
    Ear,
    InMemory,
    Stage,
    Standing,
    counted,
    fact_type,
    forget,
    inboxes,
    keep,
    numbered,
    put,
    record,
    state_type,
)
from tests.support import databases
from tests.support.databases import Clone
from tests.support.until import until


def commit_failures(group: str) -> float:
    return metrics.registry.get_sample_value("portal_offset_commit_failures_total", {"group": group}) or 0.0


def by_key(records: list[Record]) -> dict[bytes | None, list[int]]:
    found: defaultdict[bytes | None, list[int]] = defaultdict(list)
    for one in records:
        found[one.key].append(int(one.value or b"-1"))
    return dict(found)


async def listening(stage: Stage, ear: Ear, group: str | None = None) -> None:
    bus = stage.bus()
    bus.subscribe(group or stage.group, [stage.topic], ear)
    await bus.start()


async def heard(ear: Ear, count: int) -> None:
    async def look() -> int:
        return len(ear.heard)

    await until(look, lambda seen: seen >= count, within_s=30)


async def in_hand(ear: Ear, count: int = 1) -> None:
    async def look() -> int:
        return ear.in_hand

    await until(look, lambda seen: seen >= count, within_s=30)


async def failed(stage: Stage, times: int = 1) -> None:
    async def look() -> int:
        return len(stage.failures)

    await until(look, lambda seen: seen == times, within_s=30)


async def test_records_that_share_a_key_stay_in_order(stage: Stage) -> None:
    await stage.make()
    ear = Ear()
    await listening(stage, ear)
    bus = stage.bus()
    for since in range(0, 600, 100):
        await bus.append(numbered(stage.topic, 100, since=since))
    await heard(ear, 600)
    assert by_key(ear.heard) == {f"k{key}".encode(): list(range(key, 600, 5)) for key in range(5)}


async def test_records_arrive_as_they_were_appended(stage: Stage) -> None:
    await stage.make()
    ear = Ear()
    await listening(stage, ear)
    odd = (("plain", b"text"), ("odd", b"\xff\xfe"))
    await stage.bus().append([Record(stage.topic, b"k", b"\x00\xff", odd), Record(stage.topic, b"k", None, odd)])
    await heard(ear, 2)
    assert [(one.key, one.value, one.headers) for one in ear.heard] == [(b"k", b"\x00\xff", odd), (b"k", None, odd)]


async def test_a_new_group_reads_from_the_start(stage: Stage) -> None:
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 50))
    first, second = Ear(), Ear()
    await listening(stage, first, "first." + stage.name)
    await heard(first, 50)
    await listening(stage, second, "second." + stage.name)
    await heard(second, 50)
    assert by_key(first.heard) == by_key(second.heard)


async def test_what_failed_is_delivered_again_to_the_next_process(stage: Stage) -> None:
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 20))
    await listening(stage, Ear(failing=RuntimeError()))
    await failed(stage)
    await stage.buses[1].stop()
    assert await stage.committed() == 0
    again = Ear()
    await listening(stage, again)
    await heard(again, 20)


async def test_nothing_more_is_handed_to_a_group_that_failed(stage: Stage) -> None:
    await stage.make()
    ear = Ear(failing=RuntimeError())
    await listening(stage, ear)
    await stage.bus().append(numbered(stage.topic, 1))
    await failed(stage)
    ear.failing = None
    watcher = Ear()
    await listening(stage, watcher, "other." + stage.name)
    await stage.bus().append(numbered(stage.topic, 5))
    await heard(watcher, 6)
    assert ear.heard == []


async def test_nothing_is_committed_past_a_failure_when_a_partition_was_revoked(stage: Stage) -> None:
    """The first process fails with a batch of several partitions in hand, some of which are another's by now."""
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 60, keys=30))
    failing, second = Ear(gate=asyncio.Event(), failing=RuntimeError()), Ear()
    await listening(stage, failing)
    await in_hand(failing, 60)
    await listening(stage, second)
    await heard(second, 1)  # the partitions that were revoked
    failing.gate.set()
    await failed(stage)
    await stage.buses[1].stop()
    await heard(second, 60)
    assert sorted(int(value or b"") for value in second.values) == list(range(60))
    await until(stage.caught_up)


async def test_a_commit_that_fails_is_counted_and_its_records_come_again(stage: Stage) -> None:
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 60, keys=30))
    first, second = Ear(gate=asyncio.Event()), Ear()
    await listening(stage, first)
    await in_hand(first, 60)
    await listening(stage, second)
    await heard(second, 1)
    assert commit_failures(stage.group) == 0
    first.gate.set()
    await until(stage.caught_up)
    await heard(first, 60)
    assert commit_failures(stage.group) > 0
    assert not stage.failures


async def test_a_stop_finishes_and_commits_the_batch_in_hand_and_takes_no_more(stage: Stage) -> None:
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 10))
    ear = Ear(gate=asyncio.Event())
    await listening(stage, ear)
    await in_hand(ear)
    stopping = asyncio.create_task(stage.buses[1].stop())
    await stage.bus().append(numbered(stage.topic, 10, since=10))
    ear.gate.set()
    await stopping
    assert await stage.committed() == len(ear.heard) == ear.in_hand <= 20
    rest = Ear()
    await listening(stage, rest)
    await heard(rest, 20 - len(ear.heard))
    assert sorted(int(one.value or b"") for one in ear.heard + rest.heard) == list(range(20))


async def test_a_group_is_as_far_as_it_has_committed_and_ends_are_past_the_last_record(stage: Stage) -> None:
    await stage.make()
    await stage.bus().append(numbered(stage.topic, 30))
    assert sum((await stage.bus().ends([stage.topic])).values()) == 30
    assert await stage.committed() == 0
    await listening(stage, Ear())
    await until(stage.caught_up)
    assert await stage.committed() == 30


async def test_a_topic_can_be_read_outside_of_any_group(stage: Stage) -> None:
    await stage.make()
    assert await stage.bus().read(stage.topic) == []
    await stage.bus().append(numbered(stage.topic, 30))
    assert by_key(await stage.bus().read(stage.topic)) == by_key(numbered(stage.topic, 30))


# The broker goes away and comes back.


@pytest.fixture
async def on_restartable(restartable: InMemory | OwnKafka) -> AsyncIterator[Stage]:
    made = Stage(restartable)
    yield made
    await made.stop()


async def test_a_restarted_broker_loses_nothing_in_mid_stream(
    restartable: InMemory | OwnKafka, on_restartable: Stage
) -> None:
    stage, ear = on_restartable, Ear()
    await stage.make()
    await listening(stage, ear)
    bus = stage.bus()
    await bus.append(numbered(stage.topic, 100))
    await restartable.stop()
    appending = asyncio.create_task(bus.append(numbered(stage.topic, 100, since=100)))
    acknowledged, _ = await asyncio.wait({appending}, timeout=3)
    assert not acknowledged
    [listener, *_] = stage.buses

    async def amiss() -> list[str]:
        return listener.unready()

    await until(amiss, within_s=60)
    await restartable.start()
    await appending
    await bus.append(numbered(stage.topic, 100, since=200))
    await until(stage.caught_up, within_s=60)
    await until(amiss, lambda reasons: not reasons, within_s=60)
    assert {int(value or b"") for value in ear.values} == set(range(300))
    assert not stage.failures


# The inbox on the bus: effects, poison, transient failures, the circuit breaker.


async def working(stage: Stage, suite: Clone, *hears: Reaction) -> Consumers:
    """A worker of the made-up service, begun."""
    bus = stage.bus()
    made = inboxes(stage, suite.db, bus, *hears)
    await bus.start()
    return made


async def kept(suite: Clone, count: int, within_s: float = 30) -> list[int]:
    async def look() -> list[int]:
        return [row["n"] for row in await suite.rows("SELECT n FROM kept ORDER BY seq")]  # type: ignore[misc]

    return await until(look, lambda seen: len(seen) >= count, within_s=within_s)


def says(words: str) -> Callable[[str | None], bool]:
    return lambda reason: words in (reason or "")


def facts(stage: Stage, *numbers: int, name: str = "a") -> list[Record]:
    return [record(counted(fact_type(stage.topic), n, name)) for n in numbers]


def poison(stage: Stage) -> dict[str, Record]:
    """Records that nobody can make sense of, each for its own reason."""
    [good] = facts(stage, 1)
    return {
        "UnicodeDecodeError": replace(good, headers=(*good.headers, ("ce_source", b"\xff\xfe"))),
        "ValidationError": replace(good, value=b"{{{"),
        "Tombstone": replace(good, value=None),
        "TooLarge": replace(good, value=b" " * (BODY_MAX_BYTES + 1)),
        "SQLSTATE 22001": facts(stage, 1, name="more than eight")[0],
        "SQLSTATE 23514": facts(stage, 100)[0],
    }


POISON = ["UnicodeDecodeError", "ValidationError", "Tombstone", "TooLarge", "SQLSTATE 22001", "SQLSTATE 23514"]


@pytest.mark.parametrize("why", POISON)
async def test_poison_is_set_aside_untouched_and_all_around_it_moves(stage: Stage, suite: Clone, why: str) -> None:
    await stage.make(stage.group)
    bad = poison(stage)[why]
    await stage.bus().append([*facts(stage, 1, 2), bad, *facts(stage, 3, 4)])
    await working(stage, suite)
    await until(stage.caught_up)
    assert sorted(await kept(suite, 4)) == [1, 2, 3, 4]
    [dead] = await stage.dead()
    marks = {name: value for name, value in dead.headers if name.startswith("dead_")}
    assert (dead.key or b"", dead.value, dead.headers[: len(bad.headers)]) == (bad.key, bad.value, bad.headers)
    assert (marks["dead_topic"], marks["dead_error"]) == (stage.topic.encode(), why.encode())
    assert {"dead_partition", "dead_offset"} < set(marks)


async def test_poison_that_comes_first_waits_for_a_success(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    await stage.bus().append([poison(stage)["ValidationError"]])
    worker = await working(stage, suite)
    await until(worker.unready, says("cannot handle"))
    assert (await stage.dead(), await stage.committed()) == ([], 0)
    await stage.bus().append(facts(stage, 1))
    await until(stage.caught_up)
    assert len(await stage.dead()) == 1
    assert await kept(suite, 1) == [1]
    assert await worker.unready() is None


async def test_the_fuse_ends_the_process_and_a_restart_sets_nothing_aside(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    await stage.bus().append([poison(stage)["ValidationError"]] * (POISON_RUN_MAX + 5))
    for starts in range(1, 3):
        await working(stage, suite)
        await failed(stage, starts)
        assert [type(error) for error in stage.failures] == [CircuitOpen] * starts
        await stage.buses[-1].stop()
    assert (await stage.dead(), await stage.committed()) == ([], 0)


async def test_a_long_run_of_poison_after_successes_ends_the_process_too(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    await working(stage, suite)
    await stage.buses[0].append(facts(stage, 1))
    await kept(suite, 1)
    await stage.bus().append([poison(stage)["ValidationError"]] * (POISON_RUN_MAX + 5))
    await failed(stage)
    before = len(await stage.dead())
    await stage.buses[0].stop()
    assert before <= POISON_RUN_MAX
    stage.failures.clear()
    await working(stage, suite)
    await failed(stage)
    assert len(await stage.dead()) == before


async def test_what_is_no_event_of_ours_stops_nobody_however_much_of_it_there_is(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    foreign = [poison(stage)[why] for why in ("UnicodeDecodeError", "Tombstone", "TooLarge")]
    rubbish = [Record(stage.topic, b"k", value) for value in (b"", b"{}", b"\x00\xff")]
    await stage.bus().append([*foreign, *rubbish * POISON_RUN_MAX, *facts(stage, 1)])
    worker = await working(stage, suite)
    await until(stage.caught_up)
    assert (await kept(suite, 1), stage.failures, await worker.unready()) == ([1], [], None)
    assert len(await stage.dead()) == 3 + 3 * POISON_RUN_MAX


async def test_the_runbooks_way_out_of_status_70_lets_pass_what_is_there_and_nothing_that_comes_later(
    stage: Stage, suite: Clone
) -> None:
    await stage.make(stage.group)
    bad = [poison(stage)["ValidationError"]] * (POISON_RUN_MAX + 5)
    await stage.bus().append([*bad, *facts(stage, 1)])
    await working(stage, suite)
    await failed(stage)
    await stage.buses[-1].stop()
    stage.failures.clear()
    await let_pass(stage.bus(), stage.group, [stage.topic])
    await working(stage, suite)  # whoever supervises starts it again
    await until(stage.caught_up)
    assert (await kept(suite, 1), len(await stage.dead()), stage.failures) == ([1], len(bad), [])
    await stage.bus().append(bad)
    await failed(stage)


async def test_a_fact_that_comes_again_has_its_effect_once(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    batch = facts(stage, *range(20))
    await stage.bus().append([*batch, *batch[:5]])
    await working(stage, suite)
    await stage.bus().append(batch)
    await until(stage.caught_up)
    assert sorted(await kept(suite, 20)) == list(range(20))


WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


async def test_a_rebalance_during_a_reaction_doubles_nothing(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    await stage.bus().append([one for n in range(60) for one in facts(stage, n, name=f"k{n}")])
    gate, begun = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx, heard: Sequence[ReceivedFact]) -> None:
        await keep(tx, heard)
        begun.set()
        await gate.wait()

    await working(stage, suite, Reaction(facts=(fact_type(stage.topic),), to=slow, group="keep"))
    await asyncio.wait_for(begun.wait(), 30)
    await working(stage, suite)
    await until(lambda: suite.value(WAITING))  # the new owner has the same records, and waits for the old one's notes
    gate.set()
    await until(stage.caught_up)
    assert sorted(await kept(suite, 60)) == list(range(60))
    assert not stage.failures


async def test_a_transient_failure_is_waited_out_and_sets_nothing_aside(stage: Stage, server: OwnPostgres) -> None:
    async with databases.server(server.dsn) as own:
        suite = await own.clone("suite", [MIGRATIONS])
    await stage.make(stage.group)
    worker = await working(stage, suite)
    await stage.bus().append(facts(stage, 1))
    await kept(suite, 1)
    await server.stop()
    await stage.bus().append([*facts(stage, 2, 3), *facts(stage, 100), *facts(stage, 4)])
    await until(worker.unready, says("tries again"))
    await server.start()
    assert sorted(await kept(suite, 4)) == [1, 2, 3, 4]
    await until(stage.caught_up)
    assert {dict(dead.headers)["dead_error"] for dead in await stage.dead()} == {b"SQLSTATE 23514"}
    assert not stage.failures
    async with databases.server(server.dsn) as own:
        await own.drop(suite)


async def test_a_dead_letter_is_listed_and_replayed_once_into_its_own_group(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    too_many = facts(stage, 100)
    await stage.bus().append([*facts(stage, 1), *too_many])
    await working(stage, suite)
    await until(stage.caught_up)
    [shown] = await dead_list(stage.bus(), stage.group)
    assert (shown.topic, shown.error, shown.replayed) == (stage.topic, "SQLSTATE 23514", False)
    await suite.execute("ALTER TABLE kept DROP CONSTRAINT kept_n_check")
    assert [await dead_replay(stage.bus(), stage.group), await dead_replay(stage.bus(), stage.group)] == [1, 0]
    assert sorted(await kept(suite, 2)) == [1, 100]
    [shown] = await dead_list(stage.bus(), stage.group)
    assert shown.replayed
    assert len(await stage.bus().read(stage.topic)) == 2


async def test_a_replay_that_fails_again_can_be_replayed_once_it_is_mended(stage: Stage, suite: Clone) -> None:
    await stage.make(stage.group)
    await stage.bus().append([*facts(stage, 1), *facts(stage, 100)])
    await working(stage, suite)
    await until(stage.caught_up)

    async def replayed() -> int:
        """By a process of its own, which ends."""
        bus = stage.bus()
        count = await dead_replay(bus, stage.group)
        await bus.stop()
        return count

    assert await replayed() == 1

    async def letters() -> list[tuple[str, int, bool]]:
        return [(one.topic, one.offset, one.replayed) for one in await dead_list(stage.bus(), stage.group)]

    first, second = await until(letters, lambda found: len(found) == 2, within_s=30)
    assert first[:2] == second[:2]  # still from where it was at first
    await suite.execute("ALTER TABLE kept DROP CONSTRAINT kept_n_check")
    assert await replayed() == 1
    assert sorted(await kept(suite, 2)) == [1, 100]


class Looking:
    """A bus that counts how often it was asked how far a group is."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.looks = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        self.looks += 1
        return await self._bus.committed(group, topics)


async def test_a_state_waits_for_those_it_comes_after(stage: Stage, suite: Clone) -> None:
    """A stamp is put only when the group that projects the ground has passed all that was there when it came."""
    ground, stamp = state_type(f"{stage.name}.ground.v1"), state_type(f"{stage.name}.stamp.v1")
    await stage.log.make(ground.topic, stamp.topic, *(f"{stage.name}.{group}.replay" for group in ("states", "stamp")))
    gate, order = asyncio.Event(), list[str]()

    async def put_ground(tx: Tx, states: Sequence[Standing]) -> None:
        await gate.wait()
        order.append("ground")

    async def put_stamp(tx: Tx, states: Sequence[Standing]) -> None:
        order.append("stamp")

    async def looks() -> int:
        return bus.looks

    async def both() -> int:
        return len(order)

    await stage.bus().append([record(kind(name="x", revision=1)) for kind in (ground, stamp)])
    bus = Looking(stage.bus())
    projections = [
        Projection(ground, Projector(put_ground, forget)),
        Projection(stamp, Projector(put_stamp, forget), "stamp", after=(ground,)),
    ]
    Consumers(stage.name, suite.db, cast("Bus", bus), projects=projections)
    await bus.start()
    await until(looks, lambda times: times > 2, within_s=30)
    assert order == []
    gate.set()
    await until(both, lambda count: count == 2, within_s=30)
    assert order == ["ground", "stamp"]


async def test_a_projection_keeps_the_newest_and_forgets(stage: Stage, suite: Clone) -> None:
    kind = state_type(stage.topic)
    await stage.make(f"{stage.name}.states")
    said = [record(kind(name=name, revision=revision)) for name, revision in (("a", 2), ("a", 1), ("b", 7), ("c", 3))]
    gone = [replace(said[2], value=None), replace(said[3], value=None), record(kind(name="c", revision=4))]
    await stage.bus().append([*said, *gone])
    bus = stage.bus()
    Consumers(stage.name, suite.db, bus, projects=[Projection(kind, Projector(put, forget))])
    await bus.start()

    async def look() -> list[tuple[object, object]]:
        rows = await suite.rows("SELECT key, revision FROM newest ORDER BY key")
        return [(row["key"], row["revision"]) for row in rows]

    assert await until(look, lambda seen: seen == [("a", 2), ("c", 4)])
