"""Blocks of a file that is otherwise written by hand: what lies between two marks is made anew, all else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping

BEGIN, END = "# >>> {}, made by `make docs`\n", "# <<< {}\n"


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """The text with these blocks between their marks, each as it comes. KeyError names a block that has no marks."""
    for name, block in blocks.items():
        marks = re.compile(rf"({re.escape(BEGIN.format(name))}).*?( *{re.escape(END.format(name))})", re.DOTALL)
        if not marks.search(text):
            raise KeyError(name)
        text = marks.sub(lambda found, block=block: f"{found[1]}{block}{found[2]}", text)  # type: ignore[misc]
    return text
