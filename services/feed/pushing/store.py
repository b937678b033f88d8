"""SQL for what is pushed: rows of children, lists, and how pushing stands. One function, one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from services.feed.source import Body, Place
from shared.database.tx import Tx


class KeptRow(NamedTuple):
    """A row that is kept, and the child whom it is about."""

    owner: str
    table: str
    key: str
    body: Body


async def rows_of(tx: Tx, owners: Collection[str]) -> list[KeptRow]:
    """The rows about these children."""
    found = await tx.rows(
        "SELECT owner, source_table, key, body FROM mirror WHERE owner = ANY($1::text[]) AND deleted_at IS NULL",
        list(owners),
    )
    return [KeptRow(*row.values()) for row in found]


async def gone_under(tx: Tx, tables: Sequence[str], prefixes: Collection[str]) -> list[Place]:
    """Where rows of these tables were removed not long ago; of those whose key begins with one of these and a slash."""
    found = await tx.rows(
        """
        SELECT source_table, key
          FROM unnest($1::text[]) AS source_table CROSS JOIN unnest($2::text[]) AS prefix
          JOIN mirror USING (source_table)
         WHERE key >= prefix || '/' AND key < prefix || '0' AND deleted_at IS NOT NULL
        """,
        list(tables), list(prefixes),
    )  # fmt: skip
    return [(table, key) for table, key in map(tuple, found)]


async def note_taken(tx: Tx, children: Collection[str]) -> None:
    """These were taken: what was refused of them before is mended."""
    await tx.execute(
        """
        WITH mended AS (DELETE FROM push_refused WHERE child = ANY($1::text[]))
        UPDATE push_standing SET accepted_at = now(), children = children + cardinality($1::text[]) WHERE only_row
        """,
        list(children),
    )


async def note_refused(tx: Tx, children: Collection[str], sentences: Sequence[str]) -> None:
    """A batch was refused; nothing is complete until these are taken."""
    await tx.execute(
        """
        WITH noted AS (INSERT INTO push_refused (child) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING)
        UPDATE push_standing SET refused_at = now(), sentences = $2 WHERE only_row
        """,
        list(children), list(sentences),
    )  # fmt: skip


async def refused(tx: Tx) -> tuple[int, datetime | None]:
    """How many children are told of in batches that were refused and not taken since, and since when."""
    row = await tx.row("SELECT count(*), min(since) FROM push_refused")
    assert row is not None
    return row[0], row[1]


async def forget_refused(tx: Tx) -> None:
    """A whole snapshot has come."""
    await tx.execute("DELETE FROM push_refused")


async def restricted(tx: Tx, children: Collection[str]) -> set[str] | None:
    """Those of these who are on the list of restricted children; None: no such list has come yet."""
    row = await tx.row(
        """
        SELECT EXISTS (SELECT FROM push_list WHERE name = 'restricted') AS came,
               ARRAY(SELECT child FROM push_restricted WHERE child = ANY($1::text[])) AS listed
        """,
        list(children),
    )
    assert row is not None
    return set(row["listed"]) if row["came"] else None


async def all_restricted(tx: Tx) -> set[str]:
    """Everybody on the list of restricted children."""
    return {row["child"] for row in await tx.rows("SELECT child FROM push_restricted")}


async def put_restricted(tx: Tx, children: Collection[str]) -> None:
    """These are the list of restricted children, and nobody else."""
    await tx.execute(
        """
        WITH gone AS (DELETE FROM push_restricted WHERE child <> ALL($1::text[]))
        INSERT INTO push_restricted SELECT unnest($1::text[]) ON CONFLICT DO NOTHING
        """,
        list(children),
    )


async def put_list(tx: Tx, name: str, entries: int, reason: str | None) -> None:
    """A list of this name has come."""
    await tx.execute(
        """
        INSERT INTO push_list (name, entries, reason) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET at = now(), entries = excluded.entries, reason = excluded.reason
        """,
        name, entries, reason,
    )  # fmt: skip


async def wrongly_marked(tx: Tx, table: str, column: str) -> list[tuple[str, Body, bool]]:
    """(key, body, whether its child is on the list) of the rows of this table that are marked otherwise."""
    found = await tx.rows(
        """
        SELECT key, body, is_listed
          FROM mirror
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM push_restricted WHERE child = body ->> $2)) AS one (is_listed)
         WHERE source_table = $1 AND deleted_at IS NULL
           AND EXISTS (SELECT FROM push_list WHERE name = 'restricted')
           AND body -> 'restricted' IS DISTINCT FROM to_jsonb(is_listed)
        """,
        table, column,
    )  # fmt: skip
    return [(row["key"], row["body"], row["is_listed"]) for row in found]


async def rows_in(tx: Tx, table: str) -> dict[str, Body]:
    """All rows of a table, by their key."""
    found = await tx.rows("SELECT key, body FROM mirror WHERE source_table = $1 AND deleted_at IS NULL", table)
    return {row["key"]: row["body"] for row in found}
