"""`python -m tests.referrals.receipt.covered` writes down which characters the press's fonts have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.ttLib import TTFont

from services.referrals.receipt import press
from services.referrals.receipt.press.pieces import COVERED
from services.referrals.receipt.press.typeset import in_order

FONTS = Path(press.__file__).with_name("fonts")


def families() -> dict[str, list[TTFont]]:
    """The fonts of each family, regular and bold."""
    found: dict[str, list[TTFont]] = {}
    for file in sorted(FONTS.glob("*.ttf")):
        font = TTFont(file)
        found.setdefault(font["name"].getBestFamilyName(), []).append(font)
    return found


def drawn(font: TTFont, code: int) -> bool:
    """Whether it can be seen."""
    return font["glyf"][font.getBestCmap()[code]].numberOfContours != 0


def characters() -> tuple[set[int], set[int]]:
    """Those that are seen, in the font that sets them: of all fonts, and of the first alone."""
    by_name, found, first, seen = families(), set[int](), set[int](), set[int]()
    for name in in_order(list(by_name)):
        for font in by_name[name][:1]:
            new = font.getBestCmap().keys() - seen
            seen |= new
            found |= {code for code in new if drawn(font, code) or unicodedata.category(chr(code)) in ("Zs", "Cf")}
        first = first or set(found)
    return found, first


def ranges(codes: Iterable[int]) -> Iterator[str]:
    ordered = sorted(codes)
    start = before = ordered[0]
    for code in [*ordered[1:], -1]:
        if code != before + 1:
            yield f"{start:04X}-{before:04X}\n"
            start = code
        before = code


def text() -> str:
    everything, first = characters()
    return "".join([*ranges(everything), "plain\n", *ranges(first)])


if __name__ == "__main__":
    COVERED.write_text(text(), encoding="ascii")
