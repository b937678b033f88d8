"""The mirror's SQL: the cursor, and the source's rows as they are now. One function, one statement."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from services.feed.mirror.domain import Cursor, Emptied, MirrorRow, Phase, Place
from services.feed.source import Body
from shared.database.columns import columns
from shared.database.tx import Tx

SEEN_S = 30.0
"""What the watch saw longer ago tells nothing of how it is now."""


class OtherSource(Exception):
    """What is kept in this database came from the source of this name; its ids would be given to other people."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that has changed, and the children whom it was and is about."""

    table: str
    key: str
    was_about: str | None
    is_about: str | None


async def cursor(tx: Tx, source: str) -> Cursor:
    """How far this source has been read, locked to the end of the transaction: one at a time changes or emits anything.

    Every act of the feed begins with it. Raises OtherSource where what is kept here is another source's.
    """
    row = await tx.row(
        """
        SELECT source, phase, generation, snapshot_position, began, epoch, derivation, asked
          FROM cursor WHERE only_row FOR UPDATE
        """
    )
    assert row is not None
    found = Cursor(**{**dict(row), "source": row["source"] or source})
    if found.source != source:
        raise OtherSource(found.source)
    return found


async def put_cursor(tx: Tx, cursor: Cursor) -> None:
    """Keep how far the source has been read."""
    await tx.execute(
        """
        UPDATE cursor
           SET source = $1, phase = $2, generation = $3, snapshot_position = $4, began = $5, epoch = $6,
               derivation = $7, asked = $8
         WHERE only_row
        """,
        cursor.source, cursor.phase, cursor.generation, cursor.snapshot_position, cursor.began, cursor.epoch,
        cursor.derivation, cursor.asked,
    )  # fmt: skip


async def standing(tx: Tx) -> tuple[Phase, bool]:
    """The cursor's phase, and whether a snapshot was asked for; for whoever only looks."""
    row = await tx.row("SELECT phase, asked FROM cursor WHERE only_row")
    assert row is not None
    return row["phase"], row["asked"]


async def note_asked(tx: Tx) -> None:
    """The next new snapshot will be the first on its slot."""
    await tx.execute("UPDATE cursor SET asked = true WHERE only_row")


async def note_missed(tx: Tx) -> None:
    """What is streamed has a gap: no snapshot can be trusted but a new one."""
    await tx.execute("UPDATE cursor SET phase = 'missed', asked = false WHERE only_row AND phase <> 'waiting'")


async def kept(tx: Tx, places: Collection[Place]) -> dict[Place, tuple[str | None, Body]]:
    """(owner, body) of the rows that are kept at these places, deleted ones too; by (table, key)."""
    found = await tx.rows(
        """
        SELECT source_table, key, owner, body
          FROM mirror JOIN unnest($1::text[], $2::text[]) AS asked (source_table, key) USING (source_table, key)
        """,
        [table for table, _ in places], [key for _, key in places],
    )  # fmt: skip
    return {(r["source_table"], r["key"]): (r["owner"], r["body"]) for r in found}


async def put_rows(tx: Tx, rows: Collection[MirrorRow], owners: Iterable[str | None]) -> list[Touched]:
    """Keep each row unless a newer one is kept; return those that changed (1 and 1.0 are not the same).

    A deleted row keeps its key and its position, and nothing else, unless it moved to another key.
    """
    found = await tx.rows(
        """
        INSERT INTO mirror AS m (source_table, key, owner, body, generation, position, deleted_at)
        SELECT source_table, key, owner, body, generation, position, CASE WHEN deleted THEN now() END
          FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::boolean[], $5::integer[], $6::bigint[], $7::text[])
               AS new (source_table, key, body, deleted, generation, position, owner)
            ON CONFLICT (source_table, key) DO UPDATE
           SET owner      = excluded.owner,
               body       = excluded.body,
               generation = excluded.generation,
               position   = excluded.position,
               deleted_at = excluded.deleted_at
         WHERE (m.generation, m.position) <= (excluded.generation, excluded.position)
        RETURNING new.source_table, new.key, old.owner AS was_about, new.owner AS is_about,
                  (old.body::text, old.deleted_at IS NULL)
                      IS DISTINCT FROM (new.body::text, new.deleted_at IS NULL) AS changed
        """,
        *columns((r.table, r.key, r.body, r.deleted, r.generation, r.position) for r in rows), list(owners),
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["was_about"], r["is_about"]) for r in found if r["changed"]]


async def put_emptied(tx: Tx, emptied: Emptied) -> list[Touched]:
    """The source emptied a whole table."""
    found = await tx.rows(
        """
        UPDATE mirror SET body = '{}', deleted_at = now(), generation = $2, position = $3
         WHERE source_table = $1 AND deleted_at IS NULL AND (generation, position) <= ($2, $3)
        RETURNING source_table, key, owner
        """,
        emptied.table, emptied.generation, emptied.position,
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["owner"], r["owner"]) for r in found]


async def sweep(tx: Tx, generation: int, rows_max: int) -> list[Touched]:
    """Take out rows that the snapshot of this generation did not see: the source has them no more. What schools
    uploaded stays."""
    found = await tx.rows(
        """
        UPDATE mirror SET body = '{}', deleted_at = now(), generation = $1, position = 0
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror
                                 WHERE generation < $1 AND deleted_at IS NULL AND school IS NULL LIMIT $2))
        RETURNING source_table, key, owner
        """,
        generation, rows_max,
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["owner"], r["owner"]) for r in found]


async def note_beat(tx: Tx) -> None:
    """A heartbeat has come through."""
    await tx.execute("UPDATE cursor SET beat_at = now() WHERE only_row")


async def put_seen(tx: Tx, trouble: str | None) -> None:
    """Note what the watch saw of the connector; None: nothing is wrong."""
    await tx.execute(
        """
        INSERT INTO connector_seen (trouble) VALUES ($1)
            ON CONFLICT (only_row) DO UPDATE SET trouble = excluded.trouble, at = now()
        """,
        trouble,
    )


async def flow(tx: Tx) -> tuple[Phase, float | None, str | None]:
    """The cursor's phase, for how many seconds no heartbeat has come, and what the watch saw just now."""
    row = await tx.row(
        """
        SELECT phase, extract(epoch FROM now() - beat_at)::float AS silent_s,
               (SELECT trouble FROM connector_seen WHERE at > now() - make_interval(secs => $1)) AS trouble
          FROM cursor
         WHERE only_row
        """,
        SEEN_S,
    )
    assert row is not None
    return row["phase"], row["silent_s"], row["trouble"]


async def forget_deleted(tx: Tx, before: datetime, rows_max: int) -> None:
    """Drop what is left of rows deleted so long ago that no replay brings them back."""
    await tx.execute(
        """
        DELETE FROM mirror
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror WHERE deleted_at < $1 LIMIT $2))
        """,
        before, rows_max,
    )  # fmt: skip
