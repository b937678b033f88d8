"""What of the source could not be used, as the feed's database has it: never what a cell holds, only where it is."""

from datetime import datetime
from typing import NamedTuple

from deploy.operate import databases
from services.feed.chosen import from_environment

SHOWN_MAX = 10_000

LEFT_OUT = """
SELECT source_table, key, column_name, why, since
  FROM (SELECT source_table, key, column_name, why, min(since) AS since FROM left_out GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT source_table, NULL, column_name, 'missing', since FROM missing_column
        UNION ALL
        SELECT source_table, key, column_name, 'nobodys', NULL
          FROM mirror JOIN unnest($2::text[], $3::text[]) AS about (source_table, column_name) USING (source_table)
         WHERE owner IS NULL AND deleted_at IS NULL) AS cell
 ORDER BY source_table, length(key) NULLS FIRST, key, column_name
 LIMIT $1
"""
"""$2, $3: the tables whose rows are about children, and the columns that name the child."""


class CellLeftOut(NamedTuple):
    """One cell: in which row (`key` None: the source does not send the column at all), why, and since when."""

    table: str
    key: str | None
    column: str
    why: str
    since: datetime | None


async def listed(dsn: str) -> list[CellLeftOut]:
    """The first of them, in order of table and key; whole numbers in their own order."""
    about = {name: ", ".join(table.about) for name, table in from_environment().source.tables.items() if table.about}
    async with databases.connected(dsn) as connection:
        found = await connection.fetch(LEFT_OUT, SHOWN_MAX, list(about), list(about.values()))
        return [CellLeftOut(*row) for row in found]
