"""The bus itself: what it subscribes to, keeps going, and stops in order."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka import KafkaBroker

from shared.log.kafka.asking import CLOSE_S, Asking
from shared.log.kafka.consumer import Consumer, Subscription, record_of, subscribe
from shared.log.kafka.producer import Producer
from shared.log.kafka.reaching import Cluster, says_why
from shared.log.record import STOP_S, Deliver, OnFailure, Place, Record
from shared.observe.ending import end_process
from shared.observe.logs import log
from shared.observe.metrics import metrics

METADATA_MS = 15_000  # a topic that is made later is seen within this
AGAIN_S = 1.0
READ_S = 120.0
READ_MAX = 100_000
STALL_S = 60.0


class Stalled(Exception):
    """There are records and Kafka answers, but this consumer gets nothing (aiokafka #1154): start afresh."""


class KafkaBus:
    """The log. `instance` makes its groups' membership static: after a restart it has its partitions again at once."""

    def __init__(
        self, where: Cluster | str, client: str, *, instance: str | None = None,
        on_failure: OnFailure = end_process, stall_s: float = STALL_S,
    ) -> None:  # fmt: skip
        self._cluster = cluster = Cluster.at(where)
        self._client, self._instance = client, instance
        self._on_failure, self._stall_s = on_failure, stall_s
        self._producer = Producer(cluster, client)
        self._asking = Asking(cluster, client)
        self.ends, self.committed, self.commit = self._asking.ends, self._asking.committed, self._asking.commit
        self._subscriptions: list[Subscription] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._broker = KafkaBroker(
            cluster.servers.split(","), security=cluster.for_faststream, client_id=client, consumer_only=True,
            allow_auto_create_topics=False, logger=None,
            graceful_timeout=STOP_S, metadata_max_age_ms=METADATA_MS,
            apply_types=False,  # its injection hands every batch over to another thread and back
        )  # fmt: skip

    async def append(self, records: Sequence[Record]) -> None:
        if records:
            await self._producer.append(records)

    def subscribe(self, group: str, topics: Sequence[str], deliver: Deliver, *, gathered: bool = False) -> None:
        one = Subscription(group, topics, deliver, self._on_failure, gathered)
        subscribe(self._broker, one, self._instance)
        self._subscriptions.append(one)

    async def start(self) -> None:
        await self._broker.connect()
        config = self._broker.config.broker_config
        config.builder = partial(Consumer, **config.builder.keywords)  # type: ignore[attr-defined]
        for one in self._subscriptions:
            task = asyncio.create_task(self._keep(one))
            task.add_done_callback(partial(_not_in_silence, one))
            self._tasks.append(task)

    async def _keep(self, one: Subscription) -> None:
        """Begin when Kafka answers; then see that records are handed over while there are any.

        What Kafka has refused is begun afresh: an aiokafka consumer whose group was refused is told so for ever, even
        when it has its right again.
        """
        refused: str | None = None
        while not one.failed:
            await self._begin(one)
            one.subscriber.consumer.refused = refused  # until a poll shows that it is let in
            refused = await self._watch(one)
            if refused:
                await one.subscriber.stop()

    async def _begin(self, one: Subscription) -> None:
        one.begun = False
        while not one.begun:
            try:
                async with says_why(self._cluster):
                    await one.subscriber.start()
                one.begun, one.away = True, None
            except (KafkaError, OSError) as error:  # OSError: a certificate that nobody vouches for
                one.away = type(error).__name__
                log.warning("consumer waits for Kafka", group=one.group, error=one.away)
                await one.subscriber.stop()
                await asyncio.sleep(AGAIN_S)

    async def _watch(self, one: Subscription) -> str | None:
        """Return what Kafka has refused, by name; None: the group has failed."""
        one.moved_at = asyncio.get_running_loop().time()
        while not one.failed:
            await asyncio.sleep(self._stall_s / 12)
            if one.refused:
                return one.refused
            try:
                if await self._stalled(one):
                    one.fail(Stalled(one.group))
                one.away = None
            except IllegalStateError:  # a partition has just been lost to another: looked at again soon
                continue
            except (KafkaError, OSError) as error:  # not the consumer's fault, however long it lasts
                one.away, one.moved_at = type(error).__name__, asyncio.get_running_loop().time()
        return None

    async def _stalled(self, one: Subscription) -> bool:
        now, consumer = asyncio.get_running_loop().time(), one.subscriber.consumer
        ends = await self.ends(one.topics)
        if consumer is None:
            one.moved_at = now
            return False
        at = {tuple(place): await consumer.position(place) for place in consumer.assignment()}
        position = sum(at.values())
        lag = sum(max(0, ends.get(place, 0) - offset) for place, offset in at.items())
        metrics.lag.labels(one.group).set(lag)
        if one.in_hand:
            one.moved_at = now
            return False
        if position != one.position or all(offset >= ends.get(place, 0) for place, offset in at.items()):
            one.position, one.moved_at = position, now
        polled_at: float = consumer.polled_at
        return now - min(one.moved_at, polled_at) > self._stall_s

    async def stop(self) -> None:
        for one in self._subscriptions:
            one.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        leaving = [asyncio.wait_for(_left(one), STOP_S + CLOSE_S) for one in self._subscriptions]
        await asyncio.gather(*leaving, return_exceptions=True)
        await self._producer.close()
        await self._asking.close()

    async def read(self, topic: str, since: Mapping[Place, int] | None = None) -> list[Record]:
        ends = await self._asking.ends([topic])
        consumer = AIOKafkaConsumer(**self._cluster.client, client_id=self._client, enable_auto_commit=False)
        found: list[Record] = []
        async with consumer, asyncio.timeout(READ_S):
            places = [TopicPartition(*place) for place in ends]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            for place, offset in (since or {}).items():
                consumer.seek(TopicPartition(*place), max(offset, await consumer.position(TopicPartition(*place))))
            while len(found) < READ_MAX and any([await consumer.position(p) < ends[p] for p in places]):
                batches = await consumer.getmany(timeout_ms=200)
                found += [record_of(raw) for batch in batches.values() for raw in batch]
        return found

    def unready(self) -> list[str]:
        """A refusal counts as well: a group without its rights gets nothing, and Kafka answers all the same."""
        found = [(one, one.away or one.refused) for one in self._subscriptions]
        return [f"{one.group} does not reach Kafka: {why or 'not yet'}." for one, why in found if why or not one.begun]


def _not_in_silence(one: Subscription, task: asyncio.Task[None]) -> None:
    """A group whose start or watch has broken would stand still and say nothing."""
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        one.fail(error)


async def _left(one: Subscription) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(one.committed(), STOP_S)
    await one.subscriber.stop()
