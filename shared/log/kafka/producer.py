"""Appending: aiokafka's own producer, since FastStream's publish_batch ignores keys when it picks partitions."""

import asyncio
import contextlib
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from shared.log.kafka.reaching import Cluster, says_why
from shared.log.record import Record

REQUEST_BYTES_MAX = 4 * 1024 * 1024  # a dead letter carries a record of any size, and where it came from
PRODUCE_BATCH_BYTES = 512 * 1024
START_S = 5.0
APPEND_S = 120.0  # a producer that has not got through for so long may be wedged: another is made
CLOSE_S = 5.0


class Producer:
    """One idempotent producer at a time. It retries by itself while Kafka is away, without doubling or reordering.

    After any failure it is closed, and a new one is made for the next call: its sequence numbers may not fit the
    broker's any more (OutOfOrderSequence, aiokafka #1017).
    """

    def __init__(self, cluster: Cluster, client: str) -> None:
        self._cluster, self._client = cluster, client
        self._opening = asyncio.Lock()
        self._open: AIOKafkaProducer | None = None

    async def append(self, records: Sequence[Record]) -> None:
        producer = await self._opened()
        try:
            async with asyncio.timeout(APPEND_S):
                sent = [
                    await producer.send(one.topic, one.value, one.key, headers=list(one.headers)) for one in records
                ]
                await asyncio.gather(*sent)
        except BaseException:
            if self._open is producer:
                self._open = None
            await _given_up(producer)
            raise

    async def _opened(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._open is None:
                producer = AIOKafkaProducer(
                    **self._cluster.client, client_id=self._client, acks="all", enable_idempotence=True,
                    compression_type="lz4", max_batch_size=PRODUCE_BATCH_BYTES, max_request_size=REQUEST_BYTES_MAX,
                )  # fmt: skip
                try:
                    async with says_why(self._cluster), asyncio.timeout(START_S):
                        await producer.start()
                except BaseException:
                    await _given_up(producer)
                    raise
                self._open = producer
            return self._open

    async def close(self) -> None:
        """What is under way has landed, or never will, when this returns."""
        producer, self._open = self._open, None
        if producer is not None:
            await _closed(producer)


async def _closed(producer: AIOKafkaProducer) -> None:
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(producer.stop(), CLOSE_S)
        return
    await _given_up(producer)


async def _given_up(producer: AIOKafkaProducer) -> None:
    """Send nothing more from here on. Its own stop() would go on sending what waits, for ever while Kafka is away, and
    if that is cancelled its sender goes on by itself."""
    producer._closed = True
    producer._message_accumulator.fail_all(KafkaConnectionError("given up"))  # of others, who would wait for nothing
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(producer.client.close(), CLOSE_S)
    if sender is not None:
        await asyncio.wait({sender}, timeout=CLOSE_S)
