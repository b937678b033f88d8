"""Names that are written in several ways, and short forms: data, in spellings.toml and in the package nicknames."""

import tomllib
from collections import defaultdict
from pathlib import Path

from nicknames import name_triplets

DATA = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))
PARTICLES = frozenset(DATA["particles"].split())
"""Words that belong to a family name and are as often left out."""


def _lines(table: str) -> list[list[str]]:
    """The words of each line of a table, whatever origin it is of."""
    return [line.split() for lines in DATA[table].values() for line in lines.strip().split("\n")]


SPELLINGS = {word: line[0] for line in _lines("spellings") for word in line}


def spelling(word: str) -> str:
    """The one spelling that stands for all of a name's: "mohamed" and "muhammad" are both "mohammed"."""
    return SPELLINGS.get(word, word)


def _shares(one: str, other: str) -> bool:
    """Whether these sound like one name: the first letter, or three in a row. The package knows more (Aaron for Erin)
    than can be believed of a child: such names are two children's as often as one's."""
    return one[0] == other[0] or any(other[at : at + 3] in one for at in range(len(other) - 2))


def _short_forms() -> dict[str, frozenset[str]]:
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for full, _, short in name_triplets():
        if _shares(full, short):
            forms[short].add(full)
    for full, *shorts in _lines("short_forms"):
        for short in shorts:
            forms[short].add(full)
    return {short: frozenset({spelling(full) for full in fulls}) for short, fulls in forms.items()}


FULL_FORMS = _short_forms()


def is_short_form(one: str, other: str) -> bool:
    """Whether one of two folded words is known as a short form of the other, or both of one third name."""
    of_one, of_other = FULL_FORMS.get(one, frozenset()), FULL_FORMS.get(other, frozenset())
    return spelling(other) in of_one or spelling(one) in of_other or not of_one.isdisjoint(of_other)
