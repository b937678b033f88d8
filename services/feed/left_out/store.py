"""SQL for the list of what cannot be used: cells left out, columns missing, rows that name nobody.

The statements are put together from constants; every value is an argument.
"""
# ruff: noqa: S608

from collections.abc import Mapping

from services.feed.left_out.domain import ListedCell, Place
from services.feed.source import Table
from shared.database.tx import Tx

CELLS = """
SELECT source_table, left_out.key, column_name, why, min(since) AS since,
       coalesce(array_agg(DISTINCT subject.id) FILTER (WHERE subject.kind = 'child'), '{}') AS children
  FROM left_out LEFT JOIN subject ON (subject.kind, subject.key) = (left_out.kind, left_out.subject_key)
 GROUP BY 1, 2, 3, 4
 UNION ALL
SELECT source_table, NULL, column_name, 'missing', since, '{}' FROM missing_column
 UNION ALL
SELECT source_table, key, column_name, 'nobodys', NULL, '{}'
  FROM mirror JOIN unnest($1::text[], $2::text[]) AS about (source_table, column_name) USING (source_table)
 WHERE owner IS NULL AND deleted_at IS NULL
"""
"""$1, $2: the tables whose rows are about children, and the columns that name the child (`about`)."""

IN_ORDER = "source_table, coalesce(length(key), -1), coalesce(key, ''), column_name, why"
"""By table and key, whole numbers in their own order; a column that does not come at all before its table's rows."""


def about(tables: Mapping[str, Table]) -> tuple[list[str], list[str]]:
    """What CELLS is asked with."""
    named = {name: ", ".join(table.about) for name, table in tables.items() if table.about}
    return list(named), list(named.values())


async def counts(tx: Tx, tables: Mapping[str, Table]) -> dict[str, int]:
    """How many there are, by table."""
    sql = f"SELECT source_table, count(*) FROM ({CELLS}) AS cell GROUP BY 1 ORDER BY 1"
    found = await tx.rows(sql, *about(tables))
    return {row[0]: row[1] for row in found}


async def cells(
    tx: Tx, tables: Mapping[str, Table], table: str | None, after: Place | None, count: int
) -> list[ListedCell]:
    """The first `count` after a place, of one table or of all."""
    found = await tx.rows(
        f"""
        SELECT source_table AS "table", key, column_name AS "column", why, since, children
          FROM ({CELLS}) AS cell
         WHERE ($3::text IS NULL OR source_table = $3)
           AND ($4::text IS NULL
                OR ({IN_ORDER}) > ($4, coalesce(length($5::text), -1), coalesce($5, ''), $6::text, $7::text))
         ORDER BY {IN_ORDER}
         LIMIT $8
        """,
        *about(tables), table, *(after or (None, None, None, None)), count,
    )  # fmt: skip
    return [ListedCell(**row) for row in found]


def listing(columns: str) -> str:
    """A statement for these columns of the first of them; $3: how many."""
    return f"SELECT {columns} FROM ({CELLS}) AS cell ORDER BY {IN_ORDER} LIMIT $3"
