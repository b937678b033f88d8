"""Every SQL statement of the feed: one function, one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.feed.domain import Body, Cursor, Emptied, Kind, Missing, Phase, Row, Subject
from services.feed.sources.book import LeftOut
from shared.database.tx import Tx

SEEN_S = 30.0
"""What the watch saw longer ago says nothing of how it is now."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that is another now, and the persons it was and is about."""

    table: str
    key: int
    was_about: int | None
    is_about: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of what was said of a subject. Revision 0: nothing. `others`: other code said it, by its rules."""

    id: UUID
    revision: int
    digest: bytes | None
    ended: bool
    others: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of a subject now."""

    subject: Subject
    revision: int
    digest: bytes
    ended: bool


async def cursor(tx: Tx) -> Cursor:
    """Where the fold stands, locked to the end of the transaction: one at a time changes or says anything."""
    row = await tx.row(
        "SELECT phase, generation, snapshot_lsn, began, epoch, derivation, asked FROM cursor WHERE only_row FOR UPDATE"
    )
    assert row is not None
    return Cursor(**dict(row))


async def standing(tx: Tx) -> tuple[Phase, bool]:
    """Where the fold stands, and whether a snapshot was asked for; for whoever only looks."""
    row = await tx.row("SELECT phase, asked FROM cursor WHERE only_row")
    assert row is not None
    return row["phase"], row["asked"]


async def note_asked(tx: Tx) -> None:
    """The next new snapshot will be the first on its slot."""
    await tx.execute("UPDATE cursor SET asked = true WHERE only_row")


async def note_missed(tx: Tx) -> None:
    """What is streamed has a gap: no snapshot can be trusted but a new one."""
    await tx.execute("UPDATE cursor SET phase = 'missed', asked = false WHERE only_row AND phase <> 'waiting'")


async def put_cursor(tx: Tx, cursor: Cursor) -> None:
    await tx.execute(
        """
        UPDATE cursor
           SET phase = $1, generation = $2, snapshot_lsn = $3, began = $4, epoch = $5, derivation = $6, asked = $7
         WHERE only_row
        """,
        cursor.phase, cursor.generation, cursor.snapshot_lsn, cursor.began, cursor.epoch, cursor.derivation,
        cursor.asked,
    )  # fmt: skip


async def is_behind(tx: Tx) -> bool:
    """Whether there is something to sweep or to say."""
    behind: bool = await tx.value(
        "SELECT phase = 'sweeping' OR (phase = 'live' AND EXISTS (SELECT FROM dirty)) FROM cursor"
    )
    return behind


async def kept(tx: Tx, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], tuple[int | None, Body]]:
    """(owner, body) of the rows that are kept at these places, deleted ones too; by (table, key)."""
    found = await tx.rows(
        """
        SELECT source_table, key, owner, body
          FROM mirror JOIN unnest($1::text[], $2::bigint[]) AS asked (source_table, key) USING (source_table, key)
        """,
        [table for table, _ in places], [key for _, key in places],
    )  # fmt: skip
    return {(r["source_table"], r["key"]): (r["owner"], r["body"]) for r in found}


async def put_rows(tx: Tx, rows: Collection[Row], owners: Iterable[int | None]) -> list[Touched]:
    """Keep each row unless a newer one is kept; return those that are others now (1 and 1.0 are not the same).

    A deleted row keeps its key and its position, and nothing else, unless it moved to another key.
    """
    columns = zip(*((r.table, r.key, r.body, r.deleted, r.generation, r.lsn) for r in rows), strict=True)
    found = await tx.rows(
        """
        INSERT INTO mirror AS m (source_table, key, owner, body, generation, lsn, deleted_at)
        SELECT source_table, key, owner, body, generation, lsn, CASE WHEN deleted THEN now() END
          FROM unnest($1::text[], $2::bigint[], $3::jsonb[], $4::boolean[], $5::integer[], $6::bigint[], $7::bigint[])
               AS new (source_table, key, body, deleted, generation, lsn, owner)
            ON CONFLICT (source_table, key) DO UPDATE
           SET owner      = excluded.owner,
               body       = excluded.body,
               generation = excluded.generation,
               lsn        = excluded.lsn,
               deleted_at = excluded.deleted_at
         WHERE (m.generation, m.lsn) <= (excluded.generation, excluded.lsn)
        RETURNING new.source_table, new.key, old.owner AS was_about, new.owner AS is_about,
                  (old.body::text, old.deleted_at IS NULL)
                      IS DISTINCT FROM (new.body::text, new.deleted_at IS NULL) AS changed
        """,
        *map(list, columns), list(owners),
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["was_about"], r["is_about"]) for r in found if r["changed"]]


async def put_emptied(tx: Tx, emptied: Emptied) -> list[Touched]:
    """The source emptied a whole table."""
    found = await tx.rows(
        """
        UPDATE mirror SET body = '{}', deleted_at = now(), generation = $2, lsn = $3
         WHERE source_table = $1 AND deleted_at IS NULL AND (generation, lsn) <= ($2, $3)
        RETURNING source_table, key, owner
        """,
        emptied.table, emptied.generation, emptied.lsn,
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["owner"], r["owner"]) for r in found]


async def sweep(tx: Tx, generation: int, rows_max: int) -> list[Touched]:
    """Take out rows that the snapshot of this generation did not see: the source has them no more."""
    found = await tx.rows(
        """
        UPDATE mirror SET body = '{}', deleted_at = now(), generation = $1, lsn = 0
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror WHERE generation < $1 AND deleted_at IS NULL LIMIT $2))
        RETURNING source_table, key, owner
        """,
        generation, rows_max,
    )  # fmt: skip
    return [Touched(r["source_table"], r["key"], r["owner"], r["owner"]) for r in found]


async def rows_about(
    tx: Tx, subjects: Collection[Subject], tables: dict[Kind, str]
) -> list[tuple[str, int, int | None, Body]]:
    """(table, key, owner, body) of every row that makes the state of one of these subjects, in order of keys."""
    children = [s.key for s in subjects if s.kind == "child"]
    others = [s for s in subjects if s.kind != "child"]
    found = await tx.rows(
        """
        SELECT source_table, key, owner, body FROM mirror WHERE owner = ANY($1::bigint[]) AND deleted_at IS NULL
        UNION ALL
        SELECT source_table, key, owner, body
          FROM mirror JOIN unnest($2::text[], $3::bigint[]) AS asked (source_table, key) USING (source_table, key)
         WHERE deleted_at IS NULL
        """,
        children, [tables[s.kind] for s in others], [s.key for s in others],
    )  # fmt: skip
    return [(r["source_table"], r["key"], r["owner"], r["body"]) for r in found]


async def add_subjects(tx: Tx, subjects: Collection[Subject]) -> None:
    """Mint an id for each that has none."""
    await tx.execute(
        """
        INSERT INTO subject (kind, key) SELECT * FROM unnest($1::text[], $2::bigint[])
        ON CONFLICT (kind, key) DO NOTHING
        """,
        *_columns(subjects),
    )


async def said(tx: Tx, subjects: Collection[Subject]) -> dict[Subject, Said]:
    """What was said of each, of those that have an id."""
    found = await tx.rows(
        """
        SELECT kind, key, id, revision, digest, ended_at IS NOT NULL AS ended,
               derived_revision IS DISTINCT FROM revision AS others
          FROM subject JOIN unnest($1::text[], $2::bigint[]) AS asked (kind, key) USING (kind, key)
        """,
        *_columns(subjects),
    )
    return {Subject(kind, key): Said(*rest) for kind, key, *rest in (row.values() for row in found)}


async def put_said(tx: Tx, sayings: Sequence[Saying]) -> None:
    """Keep what is being said; its rows stay locked until that is in the outbox."""
    columns = zip(*((s.subject.kind, s.subject.key, s.revision, s.digest, s.ended) for s in sayings), strict=True)
    await tx.execute(
        """
        UPDATE subject
           SET revision = said.revision, derived_revision = said.revision, digest = said.digest,
               ended_at = CASE WHEN said.ended THEN now() END, forgotten = false
          FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::boolean[])
               AS said (kind, key, revision, digest, ended)
         WHERE (subject.kind, subject.key) = (said.kind, said.key)
        """,
        *map(list, columns),
    )


async def add_dirty(tx: Tx, subjects: Collection[Subject]) -> None:
    await tx.execute(
        "INSERT INTO dirty (kind, key) SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING",
        *_columns(subjects),
    )


async def add_all_dirty(tx: Tx) -> None:
    """Everybody who was ever said, and everybody whom the mirror knows."""
    await tx.execute(
        """
        INSERT INTO dirty (kind, key)
        SELECT kind, key FROM subject WHERE kind <> 'freshness'
        UNION SELECT 'child', owner FROM mirror WHERE owner IS NOT NULL
        UNION SELECT source_table, key FROM mirror WHERE source_table IN ('worker', 'team')
        ON CONFLICT DO NOTHING
        """
    )


async def note_derived(tx: Tx, subjects: Collection[Subject]) -> None:
    """What was last said of these is as our rules have it."""
    await tx.execute(
        "UPDATE subject SET derived_revision = revision FROM unnest($1::text[], $2::bigint[]) AS seen (kind, key)"
        " WHERE (subject.kind, subject.key) = (seen.kind, seen.key)",
        *_columns(subjects),
    )


async def add_others_dirty(tx: Tx) -> None:
    """Everybody of whom other code, which does not know `derived_revision`, has said something since we did."""
    await tx.execute(
        "INSERT INTO dirty SELECT kind, key FROM subject WHERE revision > 0 AND kind <> 'freshness'"
        " AND derived_revision IS DISTINCT FROM revision ON CONFLICT DO NOTHING"
    )


async def forget_digests(tx: Tx) -> None:
    """As if nothing had been said: everything will be said again, under new revisions."""
    await tx.execute("UPDATE subject SET digest = NULL WHERE digest IS NOT NULL")


async def has_dirty(tx: Tx) -> bool:
    found: bool = await tx.value("SELECT EXISTS (SELECT FROM dirty)")
    return found


async def take_dirty(tx: Tx, subjects_max: int) -> set[Subject]:
    """Some of those that may stand otherwise than was said, workers and teams first."""
    found = await tx.rows(
        """
        DELETE FROM dirty
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM dirty ORDER BY kind DESC, key DESC LIMIT $1))
        RETURNING kind, key
        """,
        subjects_max,
    )
    return {Subject(r["kind"], r["key"]) for r in found}


async def forget_deleted(tx: Tx, before: datetime, rows_max: int) -> None:
    """Drop what is left of rows deleted so long ago that no replay brings them back."""
    await tx.execute(
        """
        DELETE FROM mirror
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM mirror WHERE deleted_at < $1 LIMIT $2))
        """,
        before, rows_max,
    )  # fmt: skip


async def forget_ended(tx: Tx, before: datetime, subjects_max: int) -> dict[Kind, list[UUID]]:
    """The ids, by kind, of those that ended so long ago and whose tombstone is due; noted as forgotten."""
    found = await tx.rows(
        """
        UPDATE subject SET forgotten = true
         WHERE (kind, key) IN (SELECT kind, key FROM subject
                                WHERE ended_at < $1 AND NOT forgotten LIMIT $2)
        RETURNING kind, id
        """,
        before, subjects_max,
    )  # fmt: skip
    ids: dict[Kind, list[UUID]] = {}
    for row in found:
        ids.setdefault(row["kind"], []).append(row["id"])
    return ids


async def put_left_out(tx: Tx, subjects: Collection[Subject], cells: Collection[LeftOut]) -> None:
    """What could not be used in saying these subjects, instead of what could not before; what stays keeps its time."""
    columns = list(zip(*((*c.subject, c.table, c.key, c.column, c.why) for c in sorted(cells)), strict=True))
    await tx.execute(
        """
        WITH new AS (
                SELECT * FROM unnest($3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::text[])
                           AS new (kind, subject_key, source_table, key, column_name, why)),
             mended AS (
                DELETE FROM left_out USING unnest($1::text[], $2::bigint[]) AS said (kind, subject_key)
                 WHERE (left_out.kind, left_out.subject_key) = (said.kind, said.subject_key)
                   AND NOT EXISTS (SELECT FROM new
                                    WHERE (new.kind, new.subject_key, new.source_table, new.key, new.column_name)
                                        = (left_out.kind, left_out.subject_key, left_out.source_table, left_out.key,
                                           left_out.column_name)))
        INSERT INTO left_out AS was (kind, subject_key, source_table, key, column_name, why)
        SELECT * FROM new
            ON CONFLICT (kind, subject_key, source_table, key, column_name)
            DO UPDATE SET why = excluded.why WHERE was.why <> excluded.why
        """,
        *_columns(subjects), *(map(list, columns) if columns else [[] for _ in range(6)]),
    )  # fmt: skip


async def missing(tx: Tx) -> tuple[list[Missing], datetime | None]:
    """The columns that the source does not send any more, and the last moment of which all had been said before."""
    found = await tx.rows("SELECT source_table, column_name, as_of FROM missing_column ORDER BY 1, 2")
    times = [row["as_of"] for row in found if row["as_of"]]
    return [Missing(row["source_table"], row["column_name"]) for row in found], min(times, default=None)


async def add_missing(tx: Tx, columns: Collection[Missing], as_of: datetime | None) -> None:
    await tx.execute(
        """
        INSERT INTO missing_column (source_table, column_name, as_of)
        SELECT *, $3::timestamptz FROM unnest($1::text[], $2::text[])
            ON CONFLICT DO NOTHING
        """,
        [column.table for column in columns], [column.column for column in columns], as_of,
    )  # fmt: skip


async def forget_missing(tx: Tx, tables: Collection[str] | None) -> None:
    """The columns of these tables are sent again; None: of all."""
    await tx.execute(
        "DELETE FROM missing_column WHERE $1::text[] IS NULL OR source_table = ANY($1)",
        None if tables is None else list(tables),
    )


async def beat(tx: Tx) -> str | None:
    """When the heartbeat row was written, by the source's clock, as it was sent; None: it is not known."""
    at: str | None = await tx.value(
        "SELECT body ->> 'at' FROM mirror WHERE source_table = 'heartbeat' AND key = 1 AND deleted_at IS NULL"
    )
    return at


async def note_beat(tx: Tx) -> None:
    """A heartbeat has come through."""
    await tx.execute("UPDATE cursor SET beat_at = now() WHERE only_row")


async def put_seen(tx: Tx, trouble: str | None) -> None:
    """What the watch saw of the connector just now."""
    await tx.execute(
        """
        INSERT INTO connector_seen (trouble) VALUES ($1)
            ON CONFLICT (only_row) DO UPDATE SET trouble = excluded.trouble, at = now()
        """,
        trouble,
    )


async def flow(tx: Tx) -> tuple[Phase, float | None, str | None]:
    """Where the fold stands, for how many seconds no heartbeat has come, and what the watch saw just now."""
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


def _columns(subjects: Collection[Subject]) -> tuple[list[str], list[int]]:
    ordered = sorted(subjects)
    return [s.kind for s in ordered], [s.key for s in ordered]
