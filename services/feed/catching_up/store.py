"""SQL for catching up: whom to look at again, and what may be forgotten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.feed.catching_up.domain import Standing
from services.feed.source import Kind, Place, Subject
from shared.database.columns import columns
from shared.database.tx import Tx


async def is_behind(tx: Tx, several: bool) -> bool:
    """Whether there is something to sweep or to look at again."""
    behind = await tx.value(
        """
        SELECT bool_or(phase = 'sweeping')
               OR (bool_and(phase = 'live') AND (EXISTS (SELECT FROM dirty) OR EXISTS (SELECT FROM dirty_later)))
          FROM cursor WHERE only_row <> $1
        """,
        several,
    )
    return bool(behind)


async def long_broken(tx: Tx, before: datetime) -> set[str]:
    """The tables of which a column has been broken since before then. Each snapshot notes it anew."""
    return {row[0] for row in await tx.rows("SELECT source_table FROM missing_column WHERE since < $1", before)}


async def drop_other_tables(tx: Tx, tables: Collection[str]) -> None:
    """Take out all that is kept of other tables than these, and by what their children are found."""
    await tx.execute("DELETE FROM mirror WHERE source_table <> ALL($1::text[])", list(tables))
    await tx.execute("DELETE FROM missing_column WHERE source_table <> ALL($1::text[])", list(tables))
    await tx.execute(
        "DELETE FROM link_record WHERE NOT EXISTS"
        " (SELECT FROM mirror WHERE owner = link_record.key AND deleted_at IS NULL)"
    )


async def level_freshness(tx: Tx, key: str) -> None:
    """Whichever heartbeat it is told by, how fresh all is has one line of revisions: from now on that of this one."""
    await tx.execute(
        """
        INSERT INTO subject (kind, key, revision)
        SELECT 'freshness', $1, max(revision) FROM subject WHERE kind = 'freshness' HAVING max(revision) > 0
            ON CONFLICT (kind, key) DO UPDATE SET revision = greatest(subject.revision, excluded.revision)
        """,
        key,
    )


async def take_dirty(tx: Tx, subjects_max: int) -> set[Subject]:
    """Take some of those to be looked at again, workers and teams first."""
    found = await tx.rows(
        """
        DELETE FROM dirty
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM dirty ORDER BY kind DESC, key DESC LIMIT $1))
        RETURNING kind, key
        """,
        subjects_max,
    )
    return {Subject(r["kind"], r["key"]) for r in found}


async def take_later(tx: Tx, subjects_max: int) -> set[Subject]:
    """Take some of those who are looked at when nobody else is to be."""
    found = await tx.rows(
        "DELETE FROM dirty_later WHERE ctid = ANY(ARRAY(SELECT ctid FROM dirty_later LIMIT $1)) RETURNING kind, key",
        subjects_max,
    )
    return {Subject(r["kind"], r["key"]) for r in found}


async def add_all_dirty(tx: Tx, tables: Mapping[str, Kind]) -> None:
    """Everybody of whom anything was ever emitted, and everybody whom the mirror knows.

    `tables`: those whose rows are workers or teams, by name.
    """
    await tx.execute(
        """
        INSERT INTO dirty (kind, key)
        SELECT kind, key FROM subject WHERE kind <> 'freshness'
        UNION SELECT 'child', owner FROM mirror WHERE owner IS NOT NULL
        UNION SELECT own.kind, key
                FROM mirror JOIN unnest($1::text[], $2::text[]) AS own (source_table, kind) USING (source_table)
        ON CONFLICT DO NOTHING
        """,
        list(tables), list(tables.values()),
    )  # fmt: skip


async def add_others_dirty(tx: Tx) -> None:
    """Everybody of whom other code, which does not know `derived_revision`, has emitted something since we did."""
    await tx.execute(
        "INSERT INTO dirty SELECT kind, key FROM subject WHERE revision > 0 AND kind <> 'freshness'"
        " AND derived_revision IS DISTINCT FROM revision ON CONFLICT DO NOTHING"
    )


async def forget_digests(tx: Tx) -> None:
    """As if nothing had been emitted: everything will be emitted again, under new revisions."""
    await tx.execute("UPDATE subject SET digest = NULL WHERE digest IS NOT NULL")


async def forget_digests_of(tx: Tx, subjects: Collection[Subject]) -> None:
    """As if nothing had been emitted of these."""
    await tx.execute(
        "UPDATE subject SET digest = NULL FROM unnest($1::text[], $2::text[]) AS asked (kind, key)"
        " WHERE (subject.kind, subject.key) = (asked.kind, asked.key)",
        *columns(sorted(subjects), width=2),
    )


async def standing_of(tx: Tx, owners: Sequence[str], places: Sequence[Place]) -> dict[Place, Standing]:
    """Where the rows about these children came from, and those at these places."""
    found = await tx.rows(
        """
        SELECT source_table, key, generation, position, deleted_at IS NOT NULL FROM mirror
         WHERE owner = ANY($1::text[])
            OR (source_table, key) IN (SELECT * FROM unnest($2::text[], $3::text[]))
        """,
        owners, [table for table, _ in places], [key for _, key in places],
    )  # fmt: skip
    return {(table, key): Standing(*at) for table, key, *at in map(tuple, found)}


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
