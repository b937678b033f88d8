"""Names that are written in several ways, and short forms: data, in spellings.toml and in the package nicknames."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from nicknames import name_triplets

DATA = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))
ARTICLES, HERS = ("al", "el"), ("ska", "cka", "zka")
PARTICLES = frozenset(DATA["particles"].split())
"""Words that belong to a family name and are as often left out."""


def _lines(table: str) -> list[list[str]]:
    """The words of each line of a table, whatever origin it is of."""
    return [line.split() for lines in DATA[table].values() for line in lines.strip().split("\n")]


SPELLINGS = {word: line[0] for line in _lines("spellings") for word in line}


@lru_cache(maxsize=4096)
def spelling(word: str) -> str:
    """The one spelling that stands for all of a name's: "mohamed" and "muhammad" are both "mohammed", "alhassan" is
    "hassan", a woman's "kowalska" her brother's "kowalski"."""
    found = SPELLINGS.get(word)
    if found is None and word.startswith(ARTICLES):
        found = SPELLINGS.get(word[2:])
    if found is None and word.endswith(HERS):
        found = SPELLINGS.get(word[:-1] + "i", word[:-1] + "i")
    return found or word


def _shares(one: str, other: str) -> bool:
    """Whether these sound like one name: the first letter, or three in a row. The package knows more (Aaron for Erin)
    than can be believed of a child: such names are two children's as often as one's."""
    return one[0] == other[0] or any(other[at : at + 3] in one for at in range(len(other) - 2))


def _full_forms(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Of each short form, the spellings of the names that it is short for."""
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for full, short in pairs:
        forms[short].add(spelling(full))
    return {short: frozenset(fulls) for short, fulls in forms.items()}


PACKAGE = [(full, short) for full, _, short in name_triplets() if _shares(full, short)]
OWN_FORMS = _full_forms((full, short) for full, *shorts in _lines("short_forms") for short in shorts)
PACKAGE_FORMS = _full_forms(PACKAGE)
NAMES = frozenset({*SPELLINGS.values(), *(spelling(full) for full, _ in PACKAGE)})
"""Spellings that are known to be names of their own."""
NONE: frozenset[str] = frozenset()


def is_short_form(one: str, other: str, forms: dict[str, frozenset[str]]) -> bool:
    """Whether one of two folded words is known, in OWN_FORMS or PACKAGE_FORMS, as a short form of the other."""
    return spelling(other) in forms.get(one, NONE) or spelling(one) in forms.get(other, NONE)
