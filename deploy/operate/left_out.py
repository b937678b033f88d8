"""What of the source could not be used, as the feed's database has it: never what a cell holds, only where it is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from deploy.operate import databases

SHOWN_MAX = 10_000

LEFT_OUT = """
SELECT source_table, key, column_name, why, min(since) AS since FROM left_out GROUP BY 1, 2, 3, 4
UNION ALL
SELECT source_table, NULL, column_name, 'missing', since FROM missing_column
UNION ALL
SELECT source_table, key, 'person_id', 'nobodys', NULL
  FROM mirror
 WHERE owner IS NULL AND deleted_at IS NULL AND source_table IN ('school_history', 'involvement', 'allocation')
 ORDER BY source_table, key NULLS FIRST, column_name
 LIMIT $1
"""


class CellLeftOut(NamedTuple):
    """One cell: in which row (`key` None: the source does not send the column at all), why, and since when."""

    table: str
    key: int | None
    column: str
    why: str
    since: datetime | None


async def listed(dsn: str) -> list[CellLeftOut]:
    """The first of them, in order of table and key."""
    async with databases.connected(dsn) as connection:
        return [CellLeftOut(*row) for row in await connection.fetch(LEFT_OUT, SHOWN_MAX)]
