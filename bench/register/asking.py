"""What somebody types who looks for a child: with the mistakes that people make, drawn by how often they make them.

How often is a judgement, written down here (SHARES): no measurement of leads' typing is known. Of the questions that
are asked in practice half are without a mistake (`PRACTICE`); for the hard figure every question has one or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any
from unicodedata import category, normalize

from bench.register.making import MISTAKES, NAMES, Invented, drawn
from shared.matching import BornSought

PRACTICE = 0.5
HOW_MANY = ((1, 2, 3), (78, 19, 3))
NEXT_TO = {
    "a": "sqz", "b": "vgn", "c": "xdv", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fhb", "h": "gjn", "i": "uok",
    "j": "hkm", "k": "jli",
    "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg",
    "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """A question as it was typed, and the kinds of mistakes that are in it."""

    given_name: str
    family_name: str
    born: BornSought
    mistakes: tuple[str, ...] = ()


Mistake = Callable[[Random, Invented, Typed], Typed | None]
"""None: it cannot be made in this name or date."""


def asked(rng: Random, child: Invented, *, faultless: float = PRACTICE) -> Typed:
    """A question about this child; `faultless`: the share of questions without a mistake."""
    typed = Typed(*_tidy(rng, child), BornSought.of(child.born))
    if rng.random() < faultless:
        return typed
    wanted = rng.choices(*HOW_MANY)[0]
    while len(typed.mistakes) < wanted:
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        made = None if kind in typed.mistakes else KINDS[kind](rng, child, typed)
        if made and (made.given_name, made.family_name, made.born) != (typed.given_name, typed.family_name, typed.born):
            typed = replace(made, mistakes=(*typed.mistakes, kind))
    return typed


def _tidy(rng: Random, child: Invented) -> tuple[str, str]:
    """As it is in the record; most people do not type the accents, and that is no mistake."""
    names = (child.given_name, child.family_name)
    return names if rng.random() < 0.2 else (without_accents(names[0]), without_accents(names[1]))


def without_accents(name: str) -> str:
    apart = normalize("NFD", name.replace("ł", "l").replace("Ł", "L").replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in apart if category(c) != "Mn")


def _either(change: Callable[[Random, Invented, str], str | None]) -> Mistake:
    """A mistake in the given or in the family name."""

    def made(rng: Random, child: Invented, typed: Typed) -> Typed | None:
        field = rng.choice(("given_name", "family_name"))
        name = getattr(typed, field)
        changed = change(rng, child, name) if len(name) > 2 else None
        named: dict[str, Any] = {field: changed}
        return replace(typed, **named) if changed and len(changed) > 1 else None

    return made


def _slip(rng: Random, _: Invented, name: str) -> str | None:
    """A letter beside the one that was meant, one too few or too many, or two the wrong way round."""
    letters = [at for at, c in enumerate(name) if c.lower() in NEXT_TO]
    if not letters:
        return None
    at = rng.choice(letters)
    beside = rng.choice(NEXT_TO[name[at].lower()])
    kinds = (name[:at] + beside + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + beside + name[at:])
    exchanged = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return rng.choice((*kinds, name[: at + 1] + name[at:], exchanged))


def _heard(rng: Random, child: Invented, name: str) -> str | None:
    """Spelled as it sounds, by somebody who does not know the name."""
    rules = MISTAKES["heard"][NAMES[child.community]["way"]]
    plain = without_accents(name).lower()
    for rule in rng.sample(rules, len(rules)):
        letters, _, sound = rule.partition("=")
        found = list(re.finditer(letters, plain))
        if found:
            one = rng.choice(found)
            return plain[: one.start()] + one.expand(sound) + plain[one.end() :]
    return None


@cache
def _lines(table: str, way: str) -> dict[str, tuple[str, ...]]:
    lines = [[word.replace("+", " ") for word in line.split()] for line in MISTAKES[table].get(way, ())]
    if table == "called":
        return {line[0]: tuple(line[1:]) for line in lines}
    return {word: tuple(line) for line in lines for word in line}


def _listed(table: str) -> Callable[[Random, Invented, str], str | None]:
    def changed(rng: Random, child: Invented, name: str) -> str | None:
        known = _lines(table, NAMES[child.community]["way"])
        words = [word for word in name.split() if word in known]
        if not words:
            return None
        word = rng.choice(words)
        return name.replace(word, rng.choice(known[word]))

    return changed


def _one_of_several(rng: Random, _: Invented, name: str) -> str | None:
    words = re.split(r"[ -]", name)
    return rng.choice(words) if len(words) > 1 else None


def _one_more(rng: Random, child: Invented, typed: Typed) -> Typed | None:
    """A second given name that the record does not have, or a double-barrelled name of which it has one half."""
    if rng.random() < 0.7:
        return replace(typed, given_name=f"{typed.given_name} {drawn(rng, child.community, 'given', True)}")
    other = drawn(rng, child.community, "family", True)
    return (
        None
        if other == "-"
        else replace(typed, family_name=rng.choice((f"{typed.family_name}-{other}", f"{other} {typed.family_name}")))
    )


def _punctuation(rng: Random, _: Invented, name: str) -> str | None:
    found = [at for at, c in enumerate(name) if c in " -'"]
    if not found:
        return None
    at = rng.choice(found)
    return name[:at] + rng.choice(("", " ", "-")) + name[at + 1 :]


def _order(rng: Random, _: Invented, name: str) -> str | None:
    words = name.split()
    return " ".join(reversed(words)) if len(words) > 1 else None


def _swapped(rng: Random, _: Invented, typed: Typed) -> Typed | None:
    return replace(typed, given_name=typed.family_name, family_name=typed.given_name)


def _moved(rng: Random, _: Invented, typed: Typed) -> Typed | None:
    """A second given name in the family name's box, or the other way."""
    given, family = typed.given_name.split(), typed.family_name.split()
    if len(given) > 1:
        return replace(typed, given_name=" ".join(given[:-1]), family_name=" ".join((given[-1], *family)))
    return (
        replace(typed, given_name=" ".join((*given, family[0])), family_name=" ".join(family[1:]))
        if len(family) > 1
        else None
    )


def _initial(rng: Random, _: Invented, typed: Typed) -> Typed | None:
    given = typed.given_name.split()
    kept = [given[0], *(word[0] for word in given[1:])] if len(given) > 1 else [given[0][0]]
    return replace(typed, given_name=" ".join(kept))


def _single(rng: Random, child: Invented, typed: Typed) -> Typed | None:
    """Of one who has a single name: in the other box, or in both."""
    if child.family_name != "-":
        return None
    name = child.given_name
    return replace(typed, given_name=rng.choice(("-", name)), family_name=name)


def _other_family_name(rng: Random, child: Invented, typed: Typed) -> Typed | None:
    """The other parent's, or a step-parent's."""
    name = drawn(rng, child.community, "family", True)
    return None if name == "-" else replace(typed, family_name=name)


def _other_given_name(rng: Random, child: Invented, typed: Typed) -> Typed | None:
    """Called by a name that has nothing to do with the one in the record."""
    return replace(typed, given_name=drawn(rng, "british", "given", True))


def _born(change: Callable[[Random, int, int, int], tuple[int | None, int | None, int | None]]) -> Mistake:
    def made(rng: Random, child: Invented, typed: Typed) -> Typed | None:
        born = BornSought(*change(rng, child.born.year, child.born.month, child.born.day))
        return replace(typed, born=born) if typed.born == BornSought.of(child.born) and _is_a_date(born) else None

    return made


def _is_a_date(born: BornSought) -> bool:
    """Whether a page would take it: day and month within their bounds, a year of a child."""
    month, day = (1 if part is None else part for part in (born.month, born.day))
    return 1 <= month <= 12 and 1 <= day <= 28 + 3 * (month != 2) and 2000 <= (born.year or 2000) <= 2026


def _digit(rng: Random, year: int, month: int, day: int) -> tuple[int, int, int]:
    digits = list(f"{year:04}{month:02}{day:02}")
    at = rng.choice((3, 3, 2, 5, 4, 6, 7, 7, 7))
    digits[at] = rng.choice([digit for digit in "0123456789" if digit != digits[at]])
    text = "".join(digits)
    return int(text[:4]), int(text[4:6]), int(text[6:])


def _beside(rng: Random, year: int, month: int, day: int) -> tuple[int, int, int]:
    by = rng.choice((-1, 1))
    return rng.choice(
        ((year + by, month, day), (year, month + by, day), (year, month, day + by), (year, month, day + by))
    )


def _exchanged(rng: Random, year: int, month: int, day: int) -> tuple[int, int, int]:
    return rng.choice(((year, month, int(f"{day:02}"[::-1])), (year, int(f"{month:02}"[::-1]), day)))


def _two_parts(rng: Random, year: int, month: int, day: int) -> tuple[int, int, int]:
    return rng.choice(
        ((year, rng.randint(1, 12), rng.randint(1, 28)), (rng.randint(2008, 2022), month, rng.randint(1, 28)))
    )


KINDS: dict[str, Mistake] = {
    "slip": _either(_slip),
    "heard": _either(_heard),
    "written otherwise": _either(_listed("written")),
    "short form": _either(_listed("called")),
    "one of several names": _either(_one_of_several),
    "one name more": _one_more,
    "punctuation": _either(_punctuation),
    "order of names": _either(_order),
    "names swapped": _swapped,
    "name in the other box": _moved,
    "initial": _initial,
    "single name": _single,
    "other family name": _other_family_name,
    "other given name": _other_given_name,
    "day and month swapped": _born(lambda _, year, month, day: (year, day, month)),
    "one digit": _born(_digit),
    "a day, month or year beside": _born(_beside),
    "digits exchanged": _born(_exchanged),
    "part not known": _born(
        lambda rng, *parts: rng.choice(((parts[0], parts[1], None), (parts[0], None, parts[2]), (None, *parts[1:])))
    ),
    "two parts wrong": _born(_two_parts),
}
SHARES = {
    "slip": 18, "heard": 14, "written otherwise": 14, "short form": 8, "one of several names": 9, "one name more": 5,
    "punctuation": 7, "order of names": 2, "names swapped": 3, "name in the other box": 2, "initial": 1,
    "single name": 3, "other family name": 0.7, "other given name": 0.4, "day and month swapped": 5, "one digit": 6,
    "a day, month or year beside": 3, "digits exchanged": 1.5, "part not known": 3, "two parts wrong": 0.4,
}  # fmt: skip
"""Of a hundred mistakes so many are of this kind, where each could be made."""
