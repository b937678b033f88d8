"""How the commands print: in colour for a person, whole lines for a program."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

PIPE_COLUMNS = 400  # a table in a pipe is cut nowhere

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_COLUMNS)


def show(columns: Sequence[str], rows: Iterable[Sequence[str]], nothing: str = "") -> None:
    """A table, or this sentence if it has no rows."""
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row)
    console.print(table if table.row_count or not nothing else nothing)


def show_json(value: Any) -> None:
    """For another program; what JSON does not know is its text."""
    typer.echo(json.dumps(value, default=str, indent=2))
