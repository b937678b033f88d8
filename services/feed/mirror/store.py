"""The mirror's SQL: the cursor, and the source's rows as they are now. One function, one statement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.feed.chosen import Chosen
from services.feed.mirror.domain import Cursor, Cursors, Emptied, MirrorRow, Phase
from services.feed.source import Body, Place
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


CURSOR = "source, phase, generation, snapshot_position, began, epoch, derivation, asked"


async def cursors(tx: Tx, chosen: Chosen) -> Cursors:
    """How far each source has been read, locked to the end of the transaction: one at a time changes or emits anything.

    Every act of the feed begins with it. Raises OtherSource where what is kept here is another source's. A source that
    was read alone and is read with others now, under the same name, goes on from where it is.
    """
    row = await tx.row(f"SELECT {CURSOR} FROM cursor WHERE only_row FOR UPDATE")  # noqa: S608
    assert row is not None
    kept, whole = row["source"], chosen.source.name
    if not chosen.several and kept in (None, whole):
        return Cursors({whole: Cursor(**{**dict(row), "source": whole})})
    if kept != whole and not (chosen.several and kept in (None, *(s.name for s in chosen.strands if not s.prefix))):
        raise OtherSource(kept)
    return await _cursors_of_several(tx, [strand.name for strand in chosen.strands], whole, before=kept)


async def _cursors_of_several(tx: Tx, names: Sequence[str], whole: str, before: str | None) -> Cursors:
    """One row each; a new one has been read by nobody yet."""
    if before != whole:
        await tx.execute("UPDATE cursor SET source = $1 WHERE only_row", whole)
        if before is not None:
            its = CURSOR.replace("source", "$1", 1)
            await tx.execute(
                f"INSERT INTO cursor (only_row, {CURSOR}) SELECT false, {its} FROM cursor WHERE only_row",  # noqa: S608
                before,
            )
    found = await tx.rows(f"SELECT {CURSOR} FROM cursor WHERE NOT only_row AND source = ANY($1::text[])", names)  # noqa: S608
    kept = {row["source"]: Cursor(**row) for row in found}
    for name in names:
        if name not in kept:
            await tx.execute("INSERT INTO cursor (only_row, source, asked) VALUES (false, $1, true)", name)
            kept[name] = Cursor(name, asked=True)
    return Cursors({name: kept[name] for name in names})


async def put_cursor(tx: Tx, cursor: Cursor) -> None:
    """Keep how far one source has been read."""
    await tx.execute(
        """
        UPDATE cursor
           SET source = $1, phase = $2, generation = $3, snapshot_position = $4, began = $5, epoch = $6,
               derivation = $7, asked = $8
         WHERE coalesce(source, $1) = $1
        """,
        cursor.source, cursor.phase, cursor.generation, cursor.snapshot_position, cursor.began, cursor.epoch,
        cursor.derivation, cursor.asked,
    )  # fmt: skip


async def rules(tx: Tx) -> str:
    """How the sources were put together when everybody was last looked at."""
    return await tx.value("SELECT rules FROM cursor WHERE only_row") or ""


async def put_rules(tx: Tx, rules: str) -> None:
    await tx.execute("UPDATE cursor SET rules = $1 WHERE only_row", rules or None)


async def forget_others(tx: Tx, names: Collection[str]) -> None:
    """Of several sources only these are read any more."""
    await tx.execute("DELETE FROM cursor WHERE NOT only_row AND source <> ALL($1::text[])", list(names))


async def standing(tx: Tx, source: str) -> tuple[Phase, bool]:
    """The phase of a source, and whether a snapshot was asked for; for whoever only looks."""
    row = await tx.row("SELECT phase, asked FROM cursor WHERE coalesce(source, $1) = $1", source)
    return (row["phase"], row["asked"]) if row else ("waiting", True)


async def note_asked(tx: Tx, source: str) -> None:
    """The next new snapshot will be the first on its slot."""
    await tx.execute("UPDATE cursor SET asked = true WHERE coalesce(source, $1) = $1", source)


async def note_missed(tx: Tx, source: str) -> None:
    """What is streamed has a gap: no snapshot can be trusted but a new one."""
    await tx.execute(
        "UPDATE cursor SET phase = 'missed', asked = false WHERE coalesce(source, $1) = $1 AND phase <> 'waiting'",
        source,
    )


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


async def sweep(tx: Tx, generation: int, others: Collection[str], rows_max: int) -> list[Touched]:
    """Take out rows that the snapshot of this generation did not see: the source has them no more. What schools
    uploaded stays, and so do the tables of the `others` that are read beside it."""
    found = await tx.rows(
        """
        UPDATE mirror SET body = '{}', deleted_at = now(), generation = $1, position = 0
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror
                                 WHERE generation < $1 AND deleted_at IS NULL AND school IS NULL
                                   AND source_table <> ALL($2::text[]) LIMIT $3))
        RETURNING source_table, key, owner
        """,
        generation, list(others), rows_max,
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["owner"], r["owner"]) for r in found]


async def note_beat(tx: Tx, source: str) -> None:
    """A heartbeat of this source has come through."""
    await tx.execute("UPDATE cursor SET beat_at = now() WHERE coalesce(source, $1) = $1", source)


async def put_seen(tx: Tx, source: str, trouble: str | None) -> None:
    """Note what was seen of this source's way; None: nothing is wrong."""
    await tx.execute(
        """
        INSERT INTO way_seen (source, trouble) VALUES ($1, $2)
            ON CONFLICT (source) DO UPDATE SET trouble = excluded.trouble, at = now()
        """,
        source, trouble,
    )  # fmt: skip


async def flow(tx: Tx, source: str) -> tuple[Phase, float | None, str | None]:
    """The source's phase, for how many seconds no heartbeat has come, and what was seen of its way just now."""
    row = await tx.row(
        """
        SELECT phase, extract(epoch FROM now() - beat_at)::float AS silent_s,
               (SELECT trouble FROM way_seen
                 WHERE way_seen.source = $1 AND at > now() - make_interval(secs => $2)) AS trouble
          FROM cursor
         WHERE coalesce(source, $1) = $1
        """,
        source, SEEN_S,
    )  # fmt: skip
    return (row["phase"], row["silent_s"], row["trouble"]) if row else ("waiting", None, None)


async def forget_deleted(tx: Tx, before: datetime, rows_max: int) -> None:
    """Drop what is left of rows deleted so long ago that no replay brings them back."""
    await tx.execute(
        """
        DELETE FROM mirror
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror WHERE deleted_at < $1 LIMIT $2))
        """,
        before, rows_max,
    )  # fmt: skip
