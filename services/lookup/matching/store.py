"""Every SQL statement that computes keys anew: of rows that yesterday's code wrote, and when the keys have changed."""
# ruff: noqa: S608 - the tables are our own

from collections.abc import Sequence
from uuid import UUID

from services.lookup.matching.domain import Unkeyed, named
from shared.database.columns import columns
from shared.database.tx import Tx

KEYED = ("roll", "perhaps")
"""The tables whose rows have keys."""


async def unkeyed_locked(tx: Tx, table: str, version: int, count: int) -> list[Unkeyed]:
    """Children of up to `count` rows whose keys are of an older version.

    The children's own rows are locked, so that nobody changes their names meanwhile; those that somebody is changing
    just now are passed over.
    """
    rows = await tx.rows(
        f"""
        SELECT c.child_id, keyed.school, c.given_name, c.family_name, c.born, c.unread
          FROM {table} AS keyed JOIN child c USING (child_id)
         WHERE keyed.keys_version < $1 AND NOT c.ended
         ORDER BY keyed.keys_version LIMIT $2
           FOR NO KEY UPDATE OF c SKIP LOCKED
        """,
        version, count,
    )  # fmt: skip
    return [Unkeyed(row["child_id"], row["school"], named(dict(row))) for row in rows]


async def put_keys(tx: Tx, table: str, version: int, keyed: Sequence[tuple[UUID, str | None, str]]) -> None:
    """Of each child and school the keys, as numbers with spaces between them."""
    await tx.execute(
        f"""
        UPDATE {table} AS keyed SET keys = string_to_array(new.keys, ' ')::bigint[], keys_version = $4
          FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (child_id, school, keys)
         WHERE keyed.child_id = new.child_id AND keyed.school IS NOT DISTINCT FROM new.school
           AND keyed.keys_version < $4
        """,
        *columns(keyed, width=3), version,
    )  # fmt: skip
