"""How fast lookup's records are rebuilt from Kafka, beside a bare COPY of the same rows into the same tables."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bench.figures import Figure, Measured, middle
from bench.portal import Portal
from deploy.operate import databases
from deploy.operate.databases import Connection
from deploy.operate.rebuild import whole
from deploy.operate.rebuild.beside import Beside, kept_in
from deploy.operate.rebuild.whole import Ordered, Rebuilt
from services.lookup.app import service
from services.lookup.records.projections import COPIED, TABLES
from shared.log.kafka import KafkaBus

AIM = 0.5
COUNT = "SELECT count(*) FROM child"
KEPT = kept_in(TABLES, COPIED)


@dataclass(frozen=True)
class RebuildRound:
    """Seconds of one round for the same rows, and how it went."""

    ours_s: float
    copy_s: float
    rebuilt: Rebuilt


async def measure(portal: Portal, rounds: int) -> Measured:
    """Of a portal of which the engines run alone."""
    dsn = portal.places.database(service.name, databases.owner(service.name))
    bus = KafkaBus(portal.places.cluster(), "portal-bench")
    try:
        another = partial(KafkaBus, portal.places.cluster(), "portal-bench")
        ordered = Ordered(service, dsn, bus, KEPT, lambda _: None, another_bus=another)
        made = [RebuildRound(*await one_round(ordered)) for _ in range(rounds)]
    finally:
        await bus.stop()
    async with databases.connected(dsn) as connection:
        return told(made, await connection.fetchval(COUNT))


async def one_round(ordered: Ordered) -> tuple[float, float, Rebuilt]:
    rebuilt = await whole.rebuild(ordered)
    async with databases.connected(ordered.owner_dsn) as connection:
        return rebuilt.seconds, await copied(connection), rebuilt


async def copied(connection: Connection) -> float:
    """Seconds in which PostgreSQL takes the same rows, as it wrote them itself, into empty tables with every index."""
    beside = Beside(connection, list(KEPT.values()))
    await beside.make()
    await beside.finish()
    rows = {table: await _out(connection, table) for table in beside.tables}
    began = time.perf_counter()
    async with connection.transaction():
        for table, data in rows.items():
            await connection.copy_to_table(table, schema_name=beside.schema, source=io.BytesIO(data), format="binary")
    took_s = time.perf_counter() - began
    await beside.drop()
    return took_s


async def _out(connection: Connection, table: str) -> bytes:
    data = io.BytesIO()
    await connection.copy_from_table(table, output=data, format="binary")
    return data.getvalue()


def told(rounds: Sequence[RebuildRound], children: int) -> Measured:
    ours, copy = middle([children / one.ours_s for one in rounds]), middle([children / one.copy_s for one in rounds])
    figures = [
        Figure("children rebuilt from Kafka", "/s", ours, copy, "bare COPY, same rows and indexes", ">= 0.50 of COPY",
               ours / copy >= AIM),
    ]  # fmt: skip
    return Measured(
        figures, {"children": children, "rounds": [{**vars(one), "rebuilt": vars(one.rebuilt)} for one in rounds]}
    )
