"""How the commands print: in colour for a person, whole lines for a program."""

from __future__ import annotations

import sys

from rich.console import Console

PIPE_COLUMNS = 400  # a table in a pipe is cut nowhere

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
