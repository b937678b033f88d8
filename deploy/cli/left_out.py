"""`portal left-out`: cells of the source that could not be used, for whoever mends them there; never what they hold."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.screen import console
from deploy.cli.where import HomeOption
from deploy.local.places import require_running
from deploy.operate import databases
from deploy.operate.left_out import listed


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
        table.add_row(cell.table, cell.key or "all", cell.column, cell.why, since)
    console.print(table if cells else "Nothing is left out.")


def _dsn(home: Path | None) -> str:
    given = os.environ.get("FEED_DATABASE_URL")
    return given or require_running(home)[0].database("feed", databases.user("feed"))


def add_to(app: typer.Typer) -> None:
    app.command("left-out")(left_out)
