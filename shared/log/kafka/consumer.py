"""Consuming: FastStream in batches, acknowledged by hand.

Every automatic policy of it either commits what failed or rewinds only part of a batch; so offsets are explicit, and a
failure ends the process.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from shared.log.record import BATCH_MAX, Deferred, Deliver, OnFailure, Place, Record, offsets_after
from shared.observe.logs import log
from shared.observe.metrics import metrics

EMPTY_POLL_MS = 5  # FastStream sleeps this long after an empty poll
POLL_MS = 250  # waiting in the poll itself: a record that comes ends it at once
POLL_PAUSE_MAX_MS = 86_400_000  # waiting out a database outage must not cost the group membership
SESSION_MS = 6_000  # the least that a broker grants: for so long a killed worker's partitions stand still
FETCH_WAIT_MS = 100  # while one fetch waits at the broker, partitions that it does not name wait with it
GATHERED_BYTES = 64 * 1024  # the broker waits for so much, but no longer than FETCH_WAIT_MS
IDLE_COMMIT_S = 1.0


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # untyped
    """Notes when it was polled, and what Kafka refused; commits where only offsets without a record lie before the end.

    A poll means that all handed out before is done. Compaction leaves such offsets (a tombstone that is gone), and
    whoever waits until a group has passed a topic's end would wait for ever.
    """

    polled_at = 0.0
    holding = False
    refused: str | None = None
    _looked_at = 0.0

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        now = self.polled_at = asyncio.get_running_loop().time()
        if now - self._looked_at > IDLE_COMMIT_S and not self.holding:
            self._looked_at = now
            await self._commit_passed()
        try:
            found = await super().getmany(*partitions, timeout_ms=max(timeout_ms, POLL_MS), max_records=max_records)
        except KafkaError as error:  # FastStream passes over it and polls again five seconds later
            self.refused = type(error).__name__
            log.error("Kafka refuses", group=self._group_id, error=self.refused)
            raise
        self.refused = None
        return found

    async def _commit_passed(self) -> None:
        with contextlib.suppress(KafkaError, TimeoutError):  # tried again soon; what was handled is committed elsewhere
            async with asyncio.timeout(IDLE_COMMIT_S):
                at = {place: await self.position(place) for place in self.assignment()}
                known = self._passed
                if wanted := {place: offset for place, offset in at.items() if offset > known.get(place, 0)}:
                    await self.commit(wanted)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await super().commit(offsets)
        self._passed = {**self._passed, **offsets}

    _passed: Mapping[TopicPartition, int] = {}


@dataclass(eq=False)
class Subscription:
    """One group's share of this process."""

    group: str
    topics: Sequence[str]
    deliver: Deliver
    on_failure: OnFailure
    gathered: bool = False
    subscriber: Any = None
    begun: bool = False
    away: str | None = None
    failed: bool = False
    in_hand: bool = False
    handled: dict[Place, int] = field(default_factory=dict)
    committing: asyncio.Task[None] | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    moved_at: float = 0.0
    position: int = -1

    @property
    def refused(self) -> str | None:
        consumer = getattr(self.subscriber, "consumer", None)
        return getattr(consumer, "refused", None)

    async def unread(self, raw: Any, _: Any) -> KafkaAckableMessage:
        """FastStream's own parser fails on a header that is not UTF-8, and then passes the record over."""
        return KafkaAckableMessage(raw_message=raw, body=[], consumer=self.subscriber.consumer)

    async def receive(self, message: KafkaAckableMessage) -> None:
        if not self.failed:
            self.in_hand = True
            try:
                await self._handle([record_of(raw) for raw in message.raw_message], message.consumer)
            finally:
                self.in_hand = False
        if self.failed:
            await self.stopping.wait()  # nothing more is polled, so nothing is committed past the failure

    async def _handle(self, records: Sequence[Record], consumer: Any) -> None:
        try:
            await self.deliver(records)
        except Deferred:
            consumer.holding = True
            self.handled.update(offsets_after(records))
        except Exception as error:
            self.fail(error)
        else:
            # A crash here delivers the batch again; the inbox drops it.
            await self.committed()
            self.committing = asyncio.create_task(self._commit(consumer, {**self.handled, **offsets_after(records)}))
            consumer.holding, self.handled = False, {}
            if self.stopping.is_set():
                await self.committed()

    async def committed(self) -> None:
        """Return when what was done is committed. Between two batches nothing waits for it: the next one's commit does,
        and the end."""
        if self.committing:
            await self.committing

    def fail(self, error: Exception) -> None:
        self.failed = True
        self.on_failure(self.group, error)

    async def _commit(self, consumer: Any, offsets: Mapping[Place, int]) -> None:
        """Of the partitions that are still ours; the others' new owner reads the batch again."""
        mine = consumer.assignment()
        kept = {TopicPartition(*place): offset for place, offset in offsets.items() if TopicPartition(*place) in mine}
        lost = len(offsets) - len(kept)
        try:
            if kept:
                await consumer.commit(kept)
        except Exception as error:  # it runs beside the next batch: nobody else would learn of it
            lost = len(offsets)
            log.warning("commit failed", group=self.group, error=type(error).__name__)
        if lost:
            metrics.commit_failures.labels(self.group).inc(lost)
            log.warning("offsets not committed", group=self.group, partitions=lost)  # they come again


def subscribe(broker: KafkaBroker, one: Subscription, instance: str | None) -> None:
    one.subscriber = broker.subscriber(
        *one.topics, group_id=one.group, group_instance_id=instance, auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL, batch=True, max_records=BATCH_MAX, batch_timeout_ms=EMPTY_POLL_MS,
        max_poll_interval_ms=POLL_PAUSE_MAX_MS, session_timeout_ms=SESSION_MS, heartbeat_interval_ms=SESSION_MS // 3,
        fetch_max_wait_ms=FETCH_WAIT_MS, fetch_min_bytes=GATHERED_BYTES if one.gathered else 1,
        parser=one.unread, decoder=_undecoded, no_reply=True,
    )  # fmt: skip
    one.subscriber(one.receive)


async def _undecoded(message: KafkaAckableMessage, original: Any) -> Any:
    """What the handler is given: the message itself."""
    return message


def record_of(raw: Any) -> Record:
    return Record(raw.topic, raw.key, raw.value, tuple(raw.headers), raw.partition, raw.offset)
