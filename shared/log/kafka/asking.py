"""Asking Kafka: where topics end, how far groups are, and making topics."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition, errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.commit import OffsetFetchRequest

from shared.log.kafka.reaching import Cluster, says_why
from shared.log.record import Place

ASK_S = 10.0
CLOSE_S = 5.0
KNOWN_AGAIN_S = 0.05
COORDINATOR_MOVES = (
    errors.GroupCoordinatorNotAvailableError, errors.GroupLoadInProgressError, errors.NotCoordinatorForGroupError,
)  # fmt: skip
"""A group's first moments, and those after a broker's restart: asked again until ASK_S is over."""
TOPIC_EXISTS = 36  # https://kafka.apache.org/protocol.html#protocol_error_codes


@dataclass(frozen=True)
class _Clients:
    admin: Any
    consumer: Any
    stack: contextlib.AsyncExitStack

    async def places(self, topics: Sequence[str]) -> list[TopicPartition]:
        told = await self.admin.describe_topics(list(topics))
        for topic in told:
            if topic["error_code"]:
                raise errors.for_code(topic["error_code"])(topic["topic"])
        return [TopicPartition(topic["topic"], one["partition"]) for topic in told for one in topic["partitions"]]

    async def committed(self, group: str, places: Sequence[TopicPartition]) -> dict[Place, int]:
        """Asked by hand, for aiokafka's own method takes a refusal for a group that has not begun."""
        wanted: dict[str, list[int]] = {}
        for topic, partition in places:
            wanted.setdefault(topic, []).append(partition)
        coordinator = await self.admin.find_coordinator(group)
        answer = await self.admin._send_request(OffsetFetchRequest(group, list(wanted.items())), coordinator)
        said = [(topic, *one) for topic, several in answer.topics for one in several]
        for code in (answer.error_code, *(code for *_, code in said)):
            if code:
                raise errors.for_code(code)(group)
        return {(topic, partition): offset for topic, partition, offset, *_ in said if offset >= 0}

    async def close(self) -> None:
        with contextlib.suppress(TimeoutError, errors.KafkaError):
            await asyncio.wait_for(self.stack.aclose(), CLOSE_S)


class Asking:
    """Questions about offsets, on connections of their own; made when first needed, and anew after a failure."""

    def __init__(self, cluster: Cluster, client: str) -> None:
        self._cluster = cluster
        self._with = {**cluster.client, "client_id": client, "request_timeout_ms": int(ASK_S * 1000)}
        self._opening = asyncio.Lock()
        self._open: _Clients | None = None

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        async with self._asked() as clients:
            found = await clients.consumer.end_offsets(await clients.places(topics))
            return {tuple(place): end for place, end in found.items()}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        async with self._asked() as clients:
            places = await clients.places(topics)
            while True:
                try:
                    return await clients.committed(group, places)
                except COORDINATOR_MOVES:
                    await asyncio.sleep(KNOWN_AGAIN_S)

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        places = {TopicPartition(*place): offset for place, offset in offsets.items()}
        async with asyncio.timeout(ASK_S), AIOKafkaConsumer(
            **self._with, group_id=group, enable_auto_commit=False
        ) as consumer:  # fmt: skip
            consumer.assign(list(places))
            await consumer.commit(places)

    @contextlib.asynccontextmanager
    async def _asked(self) -> AsyncIterator[_Clients]:
        async with asyncio.timeout(ASK_S):
            async with self._opening:
                clients = self._open = self._open or await self._opened()
            try:
                yield clients
            except BaseException:
                self._open = None if self._open is clients else self._open
                await clients.close()
                raise

    async def _opened(self) -> _Clients:
        async with says_why(self._cluster), contextlib.AsyncExitStack() as stack:
            admin = AIOKafkaAdminClient(**self._with)
            stack.push_async_callback(admin.close)
            await admin.start()
            consumer = AIOKafkaConsumer(**self._with, enable_auto_commit=False)
            stack.push_async_callback(consumer.stop)
            await consumer.start()
            return _Clients(admin, consumer, stack.pop_all())

    async def close(self) -> None:
        clients, self._open = self._open, None
        if clients is not None:
            await clients.close()


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it should be: its settings by Kafka's names."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


async def ensure_topics(where: Cluster | str, specs: Sequence[TopicSpec], replication: int = 1) -> list[str]:
    """Make the topics that are missing, and return their names; those that exist stay as they are.

    On return the broker knows them all: it learns of a new topic a moment after the controller has said yes. Raises
    KafkaError if Kafka is away or refuses one, TimeoutError if the broker does not learn of them.
    """
    cluster = Cluster.at(where)
    admin = AIOKafkaAdminClient(**cluster.client, client_id="portal-topics")
    try:
        async with says_why(cluster):
            await admin.start()
        wanted = [NewTopic(one.name, one.partitions, replication, topic_configs=dict(one.config)) for one in specs]
        answers = {name: code for name, code, *_ in (await admin.create_topics(wanted)).topic_errors}
        for name, code in answers.items():
            if code not in (0, TOPIC_EXISTS):
                raise errors.for_code(code)(name)
        async with asyncio.timeout(ASK_S):
            while any(topic["error_code"] for topic in await admin.describe_topics(list(answers))):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(KNOWN_AGAIN_S)
    finally:
        await admin.close()
    return sorted(name for name, code in answers.items() if code == 0)
