"""What every Bus promises: one suite, on MemoryBus and on real Kafka."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from shared import telemetry
from shared.bus import Record
from tests.shared.scene import Ear, Stage, numbered
from tests.support.until import until


def commit_failures(group: str) -> float:
    return telemetry.metrics.registry.get_sample_value("portal_offset_commit_failures_total", {"group": group}) or 0.0


def by_key(records: list[Record]) -> dict[bytes | None, list[int]]:
    found: defaultdict[bytes | None, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(record.value or b"-1"))
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


async def failed(stage: Stage) -> None:
    async def look() -> int:
        return len(stage.failures)

    await until(look, within_s=30)


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
