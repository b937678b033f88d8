"""SQL for snapshots that are pushed. Their rows lie in `refresh_row`. One function, one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from shared.database.tx import Tx


async def add(tx: Tx, id: UUID, refresh: int) -> None:
    """One that is begun, under the id that its sender is given."""
    await tx.execute("INSERT INTO push_snapshot (id, refresh) VALUES ($1, $2)", id, refresh)


async def being_sent(tx: Tx, id: UUID) -> datetime | None:
    """Up to when it is complete, if it is being sent; it is locked to the end of the transaction."""
    at: datetime | None = await tx.value(
        """
        SELECT complete_to FROM push_snapshot JOIN refresh ON refresh.id = push_snapshot.refresh
         WHERE push_snapshot.id = $1 AND push_snapshot.ended_at IS NULL AND state = 'reading' FOR UPDATE
        """,
        id,
    )
    return at


async def note_ended(tx: Tx, id: UUID) -> None:
    """All of it has come."""
    await tx.execute("UPDATE push_snapshot SET ended_at = now() WHERE id = $1", id)


async def is_ended(tx: Tx, refresh: int) -> bool:
    """Whether all of it has come."""
    return bool(await tx.value("SELECT ended_at IS NOT NULL FROM push_snapshot WHERE refresh = $1", refresh))


async def is_given_up(tx: Tx, refresh: int, before: datetime) -> bool:
    """Whether it was begun before then, and was never ended."""
    given_up = await tx.value(
        "SELECT began_at < $2 AND NOT EXISTS (SELECT FROM push_snapshot WHERE refresh = $1 AND ended_at IS NOT NULL)"
        " FROM refresh WHERE id = $1",
        refresh, before,
    )  # fmt: skip
    return bool(given_up)


async def there(tx: Tx, table: str, keys: Collection[str]) -> list[str]:
    """Those of these rows that have come already, by their key."""
    found = await tx.rows(
        "SELECT key FROM refresh_row WHERE source_table = $1 AND key = ANY($2::text[])", table, list(keys)
    )
    return [row["key"] for row in found]


async def drop(tx: Tx, tables: Sequence[str], children: Collection[str]) -> None:
    """Drop what came of these children."""
    await tx.execute(
        """
        DELETE FROM refresh_row
         USING unnest($1::text[]) AS one (name) CROSS JOIN unnest($2::text[]) AS child
         WHERE source_table = name
           AND (key = child OR key >= replace(replace(child, '\\', '\\\\'), '/', '\\/') || '/'
                           AND key < replace(replace(child, '\\', '\\\\'), '/', '\\/') || '0')
        """,
        list(tables), list(children),
    )  # fmt: skip


async def count(tx: Tx, table: str) -> int:
    """How many rows of a table have come."""
    rows: int = await tx.value("SELECT count(*) FROM refresh_row WHERE source_table = $1", table)
    return rows
