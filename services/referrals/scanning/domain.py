"""What a scanner says of a file. Pure."""

from typing import Literal

Verdict = Literal["clean", "infected"]
