"""Asking Kafka: where topics end, how far groups are, and making topics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from shared.bus import Place

ASK_S = 10.0
CLOSE_S = 5.0
TOPIC_EXISTS = 36  # https://kafka.apache.org/protocol.html#protocol_error_codes


class Asking:
    """Questions about offsets, on connections of their own; made when first needed, and anew after a failure."""

    def __init__(self, servers: str, client: str) -> None:
        self._with = {"bootstrap_servers": servers, "client_id": client, "request_timeout_ms": int(ASK_S * 1000)}
        self._opening = asyncio.Lock()
        self._open: contextlib.AsyncExitStack | None = None
        self._admin: Any = None
        self._consumer: Any = None

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        async with self._opened():
            found = await self._consumer.end_offsets(await self._places(topics))
            return {tuple(place): end for place, end in found.items()}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        async with self._opened():
            found = await self._admin.list_consumer_group_offsets(group, partitions=await self._places(topics))
            return {tuple(place): said.offset for place, said in found.items() if said.offset >= 0}

    async def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        told = await self._admin.describe_topics(list(topics))
        for topic in told:
            if topic["error_code"]:
                raise for_code(topic["error_code"])(topic["topic"])
        return [TopicPartition(topic["topic"], one["partition"]) for topic in told for one in topic["partitions"]]

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(ASK_S):
                async with self._opening:
                    if self._open is None:
                        self._open = contextlib.AsyncExitStack()
                        self._admin = await self._entered(AIOKafkaAdminClient(**self._with))
                        self._consumer = await self._entered(AIOKafkaConsumer(**self._with, enable_auto_commit=False))
                yield
        except BaseException:
            await self.close()
            raise

    async def _entered(self, client: Any) -> Any:
        assert self._open is not None
        self._open.push_async_callback(getattr(client, "close", None) or client.stop)
        await client.start()
        return client

    async def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with contextlib.suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(opened.aclose(), CLOSE_S)


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it should be: its settings by Kafka's names."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


async def ensure_topics(servers: str, specs: Sequence[TopicSpec], replication: int = 1) -> list[str]:
    """Make the topics that are missing, and return their names; those that exist stay as they are.

    Raises KafkaError if Kafka is away or refuses one.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, client_id="portal-topics")
    try:
        await admin.start()
        wanted = [NewTopic(one.name, one.partitions, replication, topic_configs=dict(one.config)) for one in specs]
        answers = {name: code for name, code, *_ in (await admin.create_topics(wanted)).topic_errors}
    finally:
        await admin.close()
    for name, code in answers.items():
        if code not in (0, TOPIC_EXISTS):
            raise for_code(code)(name)
    return sorted(name for name, code in answers.items() if code == 0)
