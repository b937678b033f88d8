"""Every SQL statement about the outbox: events that were committed and wait for Kafka. Only `Tx` and the relay use it.

Each is on one connection: the transaction's, or that of the session which holds the relay's lock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Waiting = asyncpg.Record

RELAY_LOCK = 0x6F7574626F78

Row = tuple[object, ...]
"""Of an event: id, topic, key, headers, body (None: a tombstone), whether it is a watermark (the column `barrier`)."""

ADD = """
INSERT INTO outbox (id, topic, key, headers, body, barrier)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bytea[], $6::boolean[])
"""
"""Its arguments: one array for each part of a Row."""


async def lock(conn: Connection) -> bool:
    """Become the one relay of this database, until the session ends; False: another is."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK))


async def oldest(conn: Connection) -> datetime | None:
    """When what waits longest was emitted."""
    at: datetime | None = await conn.fetchval("SELECT at FROM outbox ORDER BY seq LIMIT 1")
    return at


async def deletions_may_be_lost(conn: Connection) -> None:
    """A deletion need not be on the disk: what comes back is sent again. The session's end resets this."""
    await conn.execute("SET synchronous_commit = off")


async def waiting(conn: Connection, rows_max: int) -> list[Waiting]:
    """What waits, lowest `seq` first. Never ask for `seq > last`: a low number may be committed late."""
    return await conn.fetch(
        "SELECT seq, topic, key, headers, body, barrier, at FROM outbox ORDER BY seq LIMIT $1", rows_max
    )


async def delete(conn: Connection, rows: Sequence[Waiting]) -> None:
    """Kafka has acknowledged these."""
    await conn.execute("DELETE FROM outbox WHERE seq = ANY($1)", [row["seq"] for row in rows])
