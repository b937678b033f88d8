"""`portal left-out`: cells of the source that could not be used, for whoever mends them there; never what they hold."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.table import Table

from deploy import databases
from deploy.home import HomeOption, require_running
from deploy.screen import console

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


class LeftOut(NamedTuple):
    """One cell: in which row (`key` None: the source does not send the column at all), why, and since when."""

    table: str
    key: int | None
    column: str
    why: str
    since: datetime | None


def left_out(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {table, key, column, why, since}.")] = False,
) -> None:
    """What of the source could not be used: table, key, column, why, since when. Mended there, it is gone from here.

    Takes FEED_DATABASE_URL, or else the running home.
    """
    cells = asyncio.run(listed(_dsn(home)))
    if as_json:
        typer.echo(json.dumps([cell._asdict() for cell in cells], default=str, indent=2))
        return
    table = Table("table", "key", "column", "why", "since", box=None)
    for cell in cells:
        since = f"{cell.since:%Y-%m-%d %H:%M}" if cell.since else "?"
        table.add_row(cell.table, "all" if cell.key is None else str(cell.key), cell.column, cell.why, since)
    console.print(table if cells else "Nothing is left out.")


async def listed(dsn: str) -> list[LeftOut]:
    """The first of them, in order of table and key."""
    async with databases.connected(dsn) as connection:
        return [LeftOut(*row) for row in await connection.fetch(LEFT_OUT, SHOWN_MAX)]


def _dsn(home: Path | None) -> str:
    given = os.environ.get("FEED_DATABASE_URL")
    return given or require_running(home)[0].database("feed", databases.user("feed"))
