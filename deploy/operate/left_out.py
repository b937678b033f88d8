"""What of the source could not be used, as the feed's database has it: never what a cell holds, only where it is."""

from datetime import datetime
from typing import NamedTuple

from deploy.operate import databases
from services.feed.chosen import from_environment
from services.feed.left_out.store import about, listing

SHOWN_MAX = 10_000
COLUMNS = ("source_table", "key", "column_name", "why", "since")


class CellLeftOut(NamedTuple):
    """One cell: in which row (`key` None: the source does not send the column at all), why, and since when."""

    table: str
    key: str | None
    column: str
    why: str
    since: datetime | None


async def listed(dsn: str) -> list[CellLeftOut]:
    """The first of them, in order of table and key; whole numbers in their own order."""
    tables = from_environment().source.tables
    async with databases.connected(dsn) as connection:
        found = await connection.fetch(listing(", ".join(COLUMNS)), *about(tables), SHOWN_MAX)
        return [CellLeftOut(*row) for row in found]
