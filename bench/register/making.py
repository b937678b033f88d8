"""Makes a roll: families of several origins, brothers, sisters and twins, and the children who are not on it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, count
from pathlib import Path
from random import Random

from deploy.demo.upn import AUTHORITY, upn

NAMES = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 9, 1)
HELD_OUT = 4
"""Of the rarer names every fourth is not in a register that the model is estimated on: not all real names are known."""
COMMON = 12
TWINS = 0.016
AWAY = 0.3
"""Of the brothers and sisters of an age for this school so many go to another."""
SECOND_NAMES = {
    "british": (0.07, 0.8), "irish": (0.05, 0.3), "welsh": (0.05, 0.3), "muslim": (0.25, 0.05), "plain": (0.08, 0.1),
    "plain_two": (0.45, 0.3), "sikh": (0.35, 0.0), "somali": (0.1, 0.0), "polish": (0.1, 0.1), "chinese": (0.05, 0.1),
    "vietnamese": (0.75, 0.0), "ghanaian": (0.45, 0.1), "traveller": (0.15, 0.2), "single": (0.1, 0.0),
}  # fmt: skip
"""By the way of a community: how many children have a second given name, and how many of these with a hyphen."""
DOUBLE_BARRELLED = {"british": 0.08, "irish": 0.04, "welsh": 0.07, "ghanaian": 0.08, "plain_two": 0.04, "single": 0.0}
MIDDLE_NAMES = ("Văn", "Thị", "Minh", "Ngọc", "Thanh", "Hoàng", "Gia", "Bảo", "Quang", "Thu")
GENERIC = frozenset(("mohammed", "muhammad", "abdul", "mary", "singh", "kaur", *map(str.lower, MIDDLE_NAMES)))
"""Words that several children of one family have in their given names."""
GENDERED = (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"))


@dataclass(frozen=True, slots=True)
class Invented:
    """A child that was made up. `family`: the number of the household; `twin`: one of two born on one day in it."""

    number: int
    community: str
    family: int
    given_name: str
    family_name: str
    born: date
    twin: bool = False
    upn: str | None = None

    @property
    def origin(self) -> str:
        return str(NAMES[self.community]["origin"])


@dataclass(frozen=True, slots=True)
class MadeRoll:
    """The children of one school, and children near it who are not on its roll: of their families, and of others."""

    here: tuple[Invented, ...]
    relatives: tuple[Invented, ...]
    elsewhere: tuple[Invented, ...]


@cache
def pool(community: str, field: str, whole: bool) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The names of a community, and how much of them each is, summed up. Not `whole`: without those held out."""
    words = [name.replace("+", " ") for name in NAMES[community][field].split()]
    ranked = [(name, 1 / (rank + 8)) for rank, name in enumerate(words)]
    kept = [one for rank, one in enumerate(ranked) if whole or rank < COMMON or rank % HELD_OUT]
    return tuple(name for name, _ in kept), tuple(accumulate(weight for _, weight in kept))


def drawn(rng: Random, community: str, field: str, whole: bool) -> str:
    names, weights = pool(community, field, whole)
    return rng.choices(names, cum_weights=weights)[0]


MISTAKES = tomllib.loads((Path(__file__).parent / "mistakes.toml").read_text(encoding="utf-8"))
ONE_NAME = {
    word: line.lower().split()
    for table in ("written", "called")
    for lines in MISTAKES[table].values()
    for line in lines
    for word in line.lower().split()
}


class Making:
    """Draws children. `whole`: of all names, not only of those that the model may be estimated on."""

    def __init__(self, seed: int, whole: bool) -> None:
        self.rng, self.whole = Random(seed), whole
        self.numbers, self.families = count(1), count(1)

    def roll(self, size: int, mostly: str | None = None) -> MadeRoll:
        """A roll of this size; of a school of which a third and more are of one community, if one is named."""
        youngest, oldest = (4, 11) if size < 600 else (11, 18)
        shares = {name: float(of["of_100"]) for name, of in NAMES.items()}
        if mostly:
            shares[mostly] += sum(shares.values()) / 2
        here: list[Invented] = []
        relatives: list[Invented] = []
        while len(here) < size:
            community = self.rng.choices(list(shares), list(shares.values()))[0]
            for child in self.family(community, youngest, oldest):
                fits = youngest <= _age(child.born) < oldest and len(here) < size
                (here if fits and self.rng.random() >= AWAY / 2 else relatives).append(child)
        elsewhere = [next(iter(self.family(one.community, youngest, oldest))) for one in here]
        return MadeRoll(tuple(here), tuple(relatives), tuple(elsewhere))

    def family(self, community: str, youngest: int, oldest: int) -> Iterator[Invented]:
        """Brothers and sisters, the first of an age for this school."""
        number, family_name = next(self.families), self.family_name(community)
        born = TODAY - timedelta(days=self.rng.randrange(youngest * 365 + 2, oldest * 365 - 2))
        first = self.child(community, number, family_name, born)
        yield first
        taken = [first.given_name]
        for _ in range(self.rng.choices((0, 1, 2, 3, 4), (35, 38, 17, 7, 3))[0]):
            apart = self.rng.choice((-1, 1)) * self.rng.randrange(330, 365 * 5)
            another = self.child(community, number, family_name, born + timedelta(days=apart))
            if all(is_another(another.given_name, name) for name in taken) and another.born < TODAY:
                taken.append(another.given_name)
                yield replace(another, given_name=self.of_generation(another.given_name, first))
        if self.rng.random() < TWINS:
            yield self.twin(first)

    def twin(self, of: Invented) -> Invented:
        """Somebody born on the same day in the same family, as often as not with a name that begins alike."""
        alike = 60 if self.rng.random() < 0.5 else 0  # so often it is tried
        for tried in range(1000):
            given = self.given_name(of.community, of.family_name.endswith("ska"))
            if is_another(given, of.given_name) and (tried >= alike or given[:2] == of.given_name[:2]):
                given = self.of_generation(given, of)
                return replace(of, number=next(self.numbers), given_name=given, twin=True, upn=self.upn())
        raise AssertionError("no name for a twin")

    def of_generation(self, given: str, first: Invented) -> str:
        """A Chinese name of two syllables, often with the first one of a brother's or sister's: Jia Hao, Jia Han."""
        its = re.split("[ -]", first.given_name)
        if NAMES[first.community]["way"] != "chinese" or len(its) != 2 or self.rng.random() < 0.5:
            return given
        return re.sub("^[^ -]+(?=[ -])", its[0], given)

    def child(self, community: str, family: int, family_name: str, born: date) -> Invented:
        girl = self.rng.random() < 0.5
        if NAMES[community]["way"] == "polish" and girl:
            family_name = next(
                (family_name[: -len(his)] + hers for his, hers in GENDERED if family_name.endswith(his)), family_name
            )
        return Invented(
            next(self.numbers), community, family, self.given_name(community, girl), family_name, born, upn=self.upn()
        )

    def given_name(self, community: str, girl: bool = False) -> str:
        """One word or two, as is usual in the community."""
        name, way = drawn(self.rng, community, "given", self.whole), NAMES[community]["way"]
        second, joined = SECOND_NAMES[way]
        if " " in name or self.rng.random() >= second:
            return self.rng.choice((name, name.replace(" ", "-"), name.replace(" ", "").capitalize()))
        if way == "sikh":
            return f"{name} {'Kaur' if girl else 'Singh'}"
        if way == "vietnamese":
            return f"{self.rng.choice(MIDDLE_NAMES)} {name}"
        if way == "muslim" and not girl and self.rng.random() < 0.6:
            return name if name.startswith("M") else f"Mohammed {name}"
        other = drawn(self.rng, community, "given", self.whole)
        return name if other in name else f"{name}{'-' if self.rng.random() < joined else ' '}{other}"

    def family_name(self, community: str) -> str:
        name, way = drawn(self.rng, community, "family", self.whole), NAMES[community]["way"]
        if self.rng.random() >= DOUBLE_BARRELLED.get(way, 0.02):
            return name
        other = drawn(self.rng, community, "family", self.whole)
        return name if other == name else f"{name}{'-' if self.rng.random() < 0.75 else ' '}{other}"

    def upn(self) -> str:
        return upn(f"{AUTHORITY}{self.rng.randrange(10**9):09d}")


def is_another(one: str, other: str) -> bool:
    """Whether parents give both names to their children: Mohammed Ali and Mohammed Umar, Hassan and Hussain, but not
    John and Johnny, nor one name in two spellings."""
    words, its = re.split("[ -]", one.lower()), re.split("[ -]", other.lower())
    mine, others = [w for w in words if w not in its], [w for w in its if w not in words]
    if not mine or not others or not GENERIC.issuperset(set(words) & set(its)):
        return False
    return not any(a.startswith(b[:5]) or b.startswith(a[:5]) or b in ONE_NAME.get(a, ()) for a in mine for b in others)


def _age(born: date) -> float:
    return (TODAY - born).days / 365.25
