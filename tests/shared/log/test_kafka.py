"""What only a real broker shows: consumers that stall, offsets without records, membership that survives a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import OutOfOrderSequenceNumber

from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.log.kafka.bus import Stalled
from tests.shared.world import Ear, OnKafka, Stage, numbered
from tests.support.engines import Engines
from tests.support.memory_log import MemoryBus
from tests.support.until import until


@pytest.fixture
async def stage(engines: Engines) -> AsyncIterator[Stage]:
    made = Stage(OnKafka(engines.kafka))
    await made.make()
    yield made
    await made.stop()


async def heard(ear: Ear, count: int) -> None:
    async def look() -> int:
        return len(ear.heard)

    await until(look, lambda seen: seen >= count, within_s=30)


def consumer(bus: KafkaBus) -> AIOKafkaConsumer:
    return bus._subscriptions[0].subscriber.consumer


async def test_a_consumer_that_gets_nothing_while_there_is_something_ends_the_process(
    stage: Stage, engines: Engines
) -> None:
    bus, ear = (
        KafkaBus(engines.kafka, "stalls", on_failure=lambda _, error: stage.failures.append(error), stall_s=1),
        Ear(),
    )
    stage.buses.append(bus)
    bus.subscribe(stage.group, [stage.topic], ear)
    await bus.start()
    await bus.append(numbered(stage.topic, 10))
    await heard(ear, 10)
    consumer(bus).pause(*consumer(bus).assignment())  # as a wedged fetcher would: polled, and never a record
    await bus.append(numbered(stage.topic, 10))

    async def look() -> list[Exception]:
        return stage.failures

    assert isinstance((await until(look, within_s=30))[0], Stalled)


async def test_a_group_passes_offsets_that_hold_no_record(stage: Stage, engines: Engines) -> None:
    """As compaction leaves them; else whoever waits for the group to pass the topic's end would wait for ever."""
    bus = stage.bus()
    await bus.append(numbered(stage.topic, 30))
    ends = await bus.ends([stage.topic])
    admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(*place): RecordsToDelete(end) for place, end in ends.items()})
    await admin.close()
    bus.subscribe(stage.group, [stage.topic], Ear())
    await bus.start()
    await until(stage.caught_up, within_s=30)


async def test_a_static_member_has_its_partitions_again_without_waiting_for_its_death(
    stage: Stage, engines: Engines
) -> None:
    for since in (0, 10):
        bus, ear = KafkaBus(engines.kafka, "static", instance="one"), Ear()
        bus.subscribe(stage.group, [stage.topic], ear)
        await bus.start()
        await bus.append(numbered(stage.topic, 10, since=since))
        await heard(ear, 10)
        await until(stage.caught_up) if stage.buses else stage.bus()
        await bus.stop()


async def test_a_producer_that_failed_is_made_anew(stage: Stage) -> None:
    bus = stage.bus()
    assert isinstance(bus, KafkaBus)
    await bus.append(numbered(stage.topic, 1))
    wedged: AIOKafkaProducer = bus._producer._open
    wedged._message_accumulator.fail_all(OutOfOrderSequenceNumber())  # what aiokafka does with all that it has then
    with pytest.raises(OutOfOrderSequenceNumber):
        await bus.append(numbered(stage.topic, 1))
    await bus.append(numbered(stage.topic, 1))
    assert bus._producer._open is not wedged


async def test_topics_are_made_once_with_their_settings(engines: Engines) -> None:
    spec = TopicSpec(f"t{uuid4().hex[:10]}", 2, {"cleanup.policy": "compact"})
    assert await ensure_topics(engines.kafka, [spec]) == [spec.name]
    assert await ensure_topics(engines.kafka, [spec]) == []


async def test_asking_after_kafka_is_away_fails_soon_and_start_does_not(stage: Stage) -> None:
    bus = KafkaBus("127.0.0.1:1", "nowhere")
    bus.subscribe(stage.group, [stage.topic], Ear())
    await bus.start()
    assert bus.unready() != []
    for ask in (bus.ends([stage.topic]), bus.append(numbered(stage.topic, 1))):
        with pytest.raises(Exception):  # noqa: B017 - any: all of it is transient to those who ask
            await asyncio.wait_for(ask, 15)
    await bus.stop()
    assert MemoryBus().unready() == []
