"""What a scanner says of a file. Pure."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["clean", "infected"]
