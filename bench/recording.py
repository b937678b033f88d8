"""Facts a second from Kafka into the audit record, beside bare consuming and a bare COPY of the same rows.

The portal's engines run alone: no other service takes from either side.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.figures import Figure, Measured, middle
from bench.portal import BenchFailed, Portal, looking, until
from deploy.local.processes import program as parts
from deploy.local.processes.program import Program
from deploy.operate import databases
from deploy.operate.topics import PARTITIONS
from deploy.services import FOLDER
from services.audit.recording import store
from services.audit.recording.reactions import entry_of
from shared.contracts import Meta, read
from shared.contracts.lookup import Asked, SearchMade, Shown, ShownWorker
from shared.events.facts import ReceivedFact
from shared.log.record import Record

ROOT = Path(__file__).parents[1]
BATCH = 500
CONSUMED_MAX_S = 60.0
RECORDED_MAX_S = 240.0
LOOK_AGAIN_S = 0.02
AIM_SHARE = 0.3
COPIED = "bench_copy"
COLUMNS = (
    "index", "entry_id", "source", "type", "kind", "known", "at", "correlation", "actor", "role", "school", "agreement",
    "children", "purpose", "outcome", "headers", "body",
)  # fmt: skip


@dataclass(frozen=True)
class Round:
    """Facts a second of one round."""

    ours: float
    raw: float
    copy: float


async def measure(portal: Portal, facts: int, rounds: int) -> Measured:
    await databases.make_database(portal.places.postgres, COPIED, "portal_admin")
    async with looking(portal.admin(COPIED)) as copied:
        await copied.execute("DROP TABLE IF EXISTS entry, entry_child")
        await copied.execute((FOLDER / "audit/migrations/0001_entry.sql").read_text())
    return told([await one_round(portal, facts) for _ in range(rounds)], facts)


async def one_round(portal: Portal, count: int) -> Round:
    """The same facts three ways, one after another."""
    made = facts(count)
    places = await produced(portal, made)
    raw_s = await consumed(portal, places, count)
    copy_s = await copied(portal, made)
    return Round(await recorded(portal, count), count / raw_s, count / copy_s)


def facts(count: int) -> list[Record]:
    """SearchMade as lookup emits it, each with ids of its own."""
    return [_fact(SearchMade.topic, uuid4(), uuid4()) for _ in range(count)]


def _fact(topic: str, search: UUID, child: UUID) -> Record:
    body = TEMPLATE.replace(b"SEARCH-ID", str(search).encode()).replace(b"CHILD-ID", str(child).encode())
    meta = Meta(
        id=uuid4(), type=SearchMade.type, source="lookup", time=datetime.now(UTC), correlation=uuid4(),
        actor=str(ACCOUNT), traceparent=f"00-{search.hex}-{child.hex[:16]}-01",
    )  # fmt: skip
    return Record(topic, str(search).encode(), body, tuple(meta.to_headers().items()))


ACCOUNT = UUID(int=7)
WORKER = ShownWorker(
    worker_id=UUID(int=9), name="Ione Marlowick", role="social_worker", lead=True, team="Safeguarding Team Central",
    phone="07700 900101", email="ione.marlowick@example.org",
)  # fmt: skip
TEMPLATE = (
    SearchMade(
        actor=ACCOUNT, role="lead", school="990001", agreement="a" * 64, children=(UUID(int=2),), purpose="welfare",
        outcome="found", search_id=UUID(int=1), asked=Asked(upn="X999000020001"), as_of=datetime.now(UTC),
        shown=Shown(
            given_name="Mirela", family_name="Thornwick", born=date(2014, 3, 5), workers=(WORKER,),
            duty_team="Safeguarding Team Central", duty_phone="01632 960001",
        ),
    )
    .model_dump_json().encode()
    .replace(str(UUID(int=1)).encode(), b"SEARCH-ID").replace(str(UUID(int=2)).encode(), b"CHILD-ID")
)  # fmt: skip


async def produced(portal: Portal, made: Sequence[Record]) -> dict[TopicPartition, int]:
    """All of them durable on the topic; where they begin in each partition."""
    reached = portal.places.cluster().client
    async with AIOKafkaConsumer(**reached) as consumer:
        ends = await consumer.end_offsets([TopicPartition(SearchMade.topic, number) for number in range(PARTITIONS)])
    async with AIOKafkaProducer(
        **reached, acks="all", enable_idempotence=True, compression_type="lz4", linger_ms=5
    ) as producer:
        sent = [await producer.send(one.topic, one.value, one.key, headers=list(one.headers)) for one in made]
        await asyncio.gather(*sent)
    return dict(ends)


async def consumed(portal: Portal, places: dict[TopicPartition, int], count: int) -> float:
    """Seconds in which a bare consumer has the same records in hand."""
    async with AIOKafkaConsumer(**portal.places.cluster().client, enable_auto_commit=False) as consumer:
        consumer.assign(list(places))
        for place, offset in places.items():
            consumer.seek(place, offset)
        had, began = 0, time.perf_counter()
        async with asyncio.timeout(CONSUMED_MAX_S):
            while had < count:
                batches = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
                had += sum(map(len, batches.values()))
        return time.perf_counter() - began


async def copied(portal: Portal, made: Sequence[Record]) -> float:
    """Seconds in which the same rows are copied into tables with the same indexes, in one transaction."""
    async with looking(portal.admin(COPIED)) as connection:
        first = await connection.fetchval("SELECT coalesce(max(index) + 1, 0) FROM entry")
        rows = [_row(index, record) for index, record in enumerate(made, first)]
        children = [(child, row[6], row[0]) for row in rows for child in row[12]]
        began = time.perf_counter()
        async with connection.transaction():
            await connection.copy_records_to_table("entry", records=rows, columns=COLUMNS)
            await connection.copy_records_to_table("entry_child", records=children)
        return time.perf_counter() - began


def _row(index: int, record: Record) -> tuple[Any, ...]:
    """The row that audit makes of it; children as a list, as COPY takes them."""
    meta = Meta.from_headers(dict(record.headers))
    entry = entry_of(ReceivedFact(meta, read(SearchMade, record.value or b""), record))
    row = list(store._row(entry))
    row[11] = list(entry.indexed.children)
    return index, *row


async def recorded(portal: Portal, count: int) -> float:
    """Facts a second of audit's own worker, from its first new entry that can be read to the last."""
    async with looking(portal.admin("audit")) as audit:
        before = await _entries(audit)
        async with worker(portal):
            began, first = 0.0, 0

            async def begun() -> bool:
                nonlocal began, first
                first, began = await _entries(audit) - before, time.perf_counter()
                return first > 0

            async def all_there() -> bool:
                return await _entries(audit) - before >= count

            await until(begun, "audit begins", RECORDED_MAX_S, LOOK_AGAIN_S)
            await until(all_there, "audit has every fact", RECORDED_MAX_S, LOOK_AGAIN_S)
            took_s = time.perf_counter() - began
        if (found := await _entries(audit) - before) != count:
            raise BenchFailed(f"{count} facts made {found} entries")
        return (count - first) / took_s


async def _entries(audit: Any) -> int:
    """How many there are: `index` has no gaps."""
    return int(await audit.fetchval("SELECT coalesce(max(index) + 1, 0) FROM entry"))


@asynccontextmanager
async def worker(portal: Portal) -> AsyncIterator[None]:
    """Audit's worker, as it is run anywhere."""
    environment = portal.places.environment("audit", stored=True)
    argv = [sys.executable, "-m", "deploy.cli", "run", "audit", "--role", "worker"]
    log = portal.home / "logs/audit-bench.log"
    process = parts.start(Program(name="audit", argv=argv, log=log, env=environment, cwd=ROOT))
    try:
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def told(rounds: Sequence[Round], facts: int) -> Measured:
    ours, raw = middle([one.ours for one in rounds]), middle([one.raw for one in rounds])
    copy = middle([one.copy for one in rounds])
    share = ours / copy
    figures = [
        Figure("facts into the audit record", "/s", ours, copy, "bare COPY, same rows and indexes", ">= 0.30 of COPY",
               share >= AIM_SHARE),
        Figure("facts into the audit record", "/s", ours, raw, "bare consumer of the same records"),
    ]  # fmt: skip
    return Measured(figures, {"facts_a_round": facts, "rounds": [vars(one) for one in rounds]})
