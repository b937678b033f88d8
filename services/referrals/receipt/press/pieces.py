"""Text as the press can set it: paragraph by paragraph in its own direction, and no character vanishes. Pure."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypedDict

COVERED = Path(__file__).with_name("covered.txt")
"""Which characters the fonts beside it have: a range a line, in hexadecimal, and `plain` after those of the first font
alone. `python -m tests.referrals.receipt.covered` writes it."""
BREAK = "\u200b"
LONG = re.compile(r"[^\s\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff]{40,}")
"""A longer run of characters without a space may be broken anywhere: else it would leave the page and be lost. Chinese,
Japanese and Korean are broken anywhere as it is."""
RTL = ("R", "AL")
OF_WORD = str.maketrans({"\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "›", "\t": " "})
"""Bullets that Word writes with a font of its own."""
UNSEEN = ("Cf", "Zl", "Zp")
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What turns the text around it from left to right, or back: a name must not turn the role that stands beside it."""


class Pieces(TypedDict):
    """One paragraph; `rtl`: it is written from right to left."""

    text: str
    rtl: bool


def pieces(text: str, plain: bool = False) -> list[Pieces]:
    """The paragraphs of a text. `plain`: only what the first font has is left as it is."""
    paragraphs = ["".join(_settable(paragraph, plain)) for paragraph in text.splitlines()]
    return [{"text": _breakable(each), "rtl": from_right(each)} for each in paragraphs if each.strip()]


def from_right(text: str) -> bool:
    """By its first character that has a direction (Unicode's UAX 9, rule P2)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each in RTL for each in directions if each in ("L", *RTL)), False)


def _settable(text: str, plain: bool) -> Iterator[str]:
    """Each character, or its name in brackets where no font has it; what nobody sees is left out."""
    for character in unicodedata.normalize("NFC", text.translate(OF_WORD)):
        if unicodedata.category(character) == "Cc" or character in TURNING:
            continue
        if covered(character, plain):
            yield character
        elif unicodedata.category(character) not in UNSEEN and not _selects(character):
            yield f"[{_name(character)}]"


def _name(character: str) -> str:
    """What it is called, as "grinning face"; its number where that is all that its name says."""
    code = f"{ord(character):04X}"
    called = unicodedata.name(character, "").lower()
    return f"U+{code}" if not called or called.endswith(code.lower()) else called


def _selects(character: str) -> bool:
    """Variation selectors: of two pictures of the character before, this one."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _breakable(text: str) -> str:
    return LONG.sub(lambda run: BREAK.join(run[0]), text)


def covered(character: str, plain: bool = False) -> bool:
    starts, ends = _ranges(plain)
    place = bisect_right(starts, ord(character))
    return place > 0 and ord(character) <= ends[place - 1]


@cache
def _ranges(plain: bool) -> tuple[list[int], list[int]]:
    everything, _, first = COVERED.read_text(encoding="ascii").partition("plain\n")
    found = [line.split("-") for line in (first if plain else everything).split()]
    return [int(start, 16) for start, _ in found], [int(end, 16) for _, end in found]
