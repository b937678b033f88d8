"""SQL for what is emitted: the rows that it is derived from, ids and revisions, cells left out, columns missing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.feed.emitting.domain import Emission, Emitted, MissingColumn
from services.feed.source import Body, LeftOut, Subject
from services.feed.uploads import Uploads
from shared.database.columns import columns
from shared.database.tx import Tx


async def rows_about(
    tx: Tx, children: Sequence[str], others: Sequence[tuple[str, str]], uploads: Uploads | None = None
) -> list[tuple[str, str, str | None, Body]]:
    """(table, key, owner, body) of every row about these children, and of the rows at these places: (table, key).

    `uploads`: of schools that upload their rolls the source's own rows of a roll are passed over.
    """
    found = await tx.rows(
        f"""
        SELECT source_table, key, owner, body FROM mirror
         WHERE owner = ANY($1::text[]) AND deleted_at IS NULL {_counts(uploads) if uploads else ""}
        UNION ALL
        SELECT source_table, key, owner, body
          FROM mirror JOIN unnest($2::text[], $3::text[]) AS asked (source_table, key) USING (source_table, key)
         WHERE deleted_at IS NULL
        """,  # noqa: S608
        children, [table for table, _ in others], [key for _, key in others],
    )  # fmt: skip
    return [(r["source_table"], r["key"], r["owner"], r["body"]) for r in found]


def _counts(uploads: Uploads) -> str:
    return (
        f"AND (source_table <> '{uploads.enrolment}' OR mirror.school IS NOT NULL OR NOT EXISTS (SELECT"
        f" FROM roll_school WHERE upload IS NOT NULL AND roll_school.school = body ->> '{uploads.school}'))"
    )


async def add_subjects(tx: Tx, subjects: Collection[Subject]) -> None:
    """Mint an id for each that has none."""
    await tx.execute(
        """
        INSERT INTO subject (kind, key) SELECT * FROM unnest($1::text[], $2::text[])
        ON CONFLICT (kind, key) DO NOTHING
        """,
        *columns(sorted(subjects), width=2),
    )


async def emitted(tx: Tx, subjects: Collection[Subject]) -> dict[Subject, Emitted]:
    """What was last emitted of each, of those that have an id."""
    found = await tx.rows(
        """
        SELECT kind, key, id, revision, digest, ended_at IS NOT NULL AS ended,
               derived_revision IS DISTINCT FROM revision AS others
          FROM subject JOIN unnest($1::text[], $2::text[]) AS asked (kind, key) USING (kind, key)
        """,
        *columns(sorted(subjects), width=2),
    )
    return {Subject(kind, key): Emitted(*rest) for kind, key, *rest in (row.values() for row in found)}


async def put_emissions(tx: Tx, emissions: Sequence[Emission]) -> None:
    """Keep what is being emitted; its rows stay locked until that is in the outbox."""
    await tx.execute(
        """
        UPDATE subject
           SET revision = new.revision, derived_revision = new.revision, digest = new.digest,
               ended_at = CASE WHEN new.ended THEN now() END, forgotten = false
          FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::boolean[])
               AS new (kind, key, revision, digest, ended)
         WHERE (subject.kind, subject.key) = (new.kind, new.key)
        """,
        *columns((*s.subject, s.revision, s.digest, s.ended) for s in emissions),
    )


async def note_derived(tx: Tx, subjects: Collection[Subject]) -> None:
    """What was last emitted of these is what our rules make of them."""
    await tx.execute(
        "UPDATE subject SET derived_revision = revision FROM unnest($1::text[], $2::text[]) AS seen (kind, key)"
        " WHERE (subject.kind, subject.key) = (seen.kind, seen.key)",
        *columns(sorted(subjects), width=2),
    )


async def add_dirty(tx: Tx, subjects: Collection[Subject]) -> None:
    """Note whose state may differ from what was last emitted, to be looked at later."""
    await tx.execute(
        "INSERT INTO dirty (kind, key) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
        *columns(sorted(subjects), width=2),
    )


async def has_dirty(tx: Tx) -> bool:
    """Whether somebody is to be looked at yet."""
    return bool(await tx.value("SELECT EXISTS (SELECT FROM dirty) OR EXISTS (SELECT FROM dirty_later)"))


async def put_left_out(tx: Tx, subjects: Collection[Subject], cells: Collection[LeftOut]) -> None:
    """Note the cells that cannot be used for these subjects, and no others; one that stays keeps its time.

    Of a cell of which two things are wrong one is told: a list too long may have something in it that is no UPN.
    """
    one_each = {cell[:-1]: cell for cell in sorted(cells, reverse=True)}
    rows = ((*c.subject, c.table, c.key, c.column, c.why) for c in sorted(one_each.values()))
    await tx.execute(
        """
        WITH new AS (
                SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
                           AS new (kind, subject_key, source_table, key, column_name, why)),
             mended AS (
                DELETE FROM left_out USING unnest($1::text[], $2::text[]) AS looked_at (kind, subject_key)
                 WHERE (left_out.kind, left_out.subject_key) = (looked_at.kind, looked_at.subject_key)
                   AND NOT EXISTS (SELECT FROM new
                                    WHERE (new.kind, new.subject_key, new.source_table, new.key, new.column_name)
                                        = (left_out.kind, left_out.subject_key, left_out.source_table, left_out.key,
                                           left_out.column_name)))
        INSERT INTO left_out AS was (kind, subject_key, source_table, key, column_name, why)
        SELECT * FROM new
            ON CONFLICT (kind, subject_key, source_table, key, column_name)
            DO UPDATE SET why = excluded.why WHERE was.why <> excluded.why
        """,
        *columns(sorted(subjects), width=2), *columns(rows, width=6),
    )  # fmt: skip


async def missing(tx: Tx) -> tuple[list[MissingColumn], datetime | None]:
    """The columns that do not come as they are expected, and the last moment up to which all had come before."""
    found = await tx.rows("SELECT source_table, column_name, why, as_of FROM missing_column ORDER BY 1, 2")
    times = [row["as_of"] for row in found if row["as_of"]]
    return [MissingColumn(*row[:3]) for row in map(tuple, found)], min(times, default=None)


async def add_missing(tx: Tx, absent: Collection[MissingColumn], as_of: datetime | None) -> None:
    """Note that these columns do not come any more, or not as they did; what is noted already keeps its time."""
    await tx.execute(
        """
        INSERT INTO missing_column (source_table, column_name, why, as_of)
        SELECT *, $4::timestamptz FROM unnest($1::text[], $2::text[], $3::text[])
            ON CONFLICT (source_table, column_name) DO UPDATE SET why = excluded.why
        """,
        *columns(absent, width=3), as_of,
    )  # fmt: skip


async def forget_missing(tx: Tx, tables: Collection[str] | None) -> None:
    """The columns of these tables are sent again; None: of all."""
    await tx.execute(
        "DELETE FROM missing_column WHERE $1::text[] IS NULL OR source_table = ANY($1)",
        None if tables is None else list(tables),
    )
