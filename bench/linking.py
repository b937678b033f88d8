"""How well a child's two records are linked: a roll's register, and what social care has of some of its children.

Social care's records are written down with the mistakes that records have, often without a UPN; among them are brothers,
sisters and twins who are on no roll here. No portal is started: this measures the rules, as the feed uses them.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from bench.register.absent import absent
from bench.register.asking import asked
from bench.register.making import NAMES, Invented, Making
from services.feed.linking.domain import Ends, LinkRecord, Pair, found_by, judge, looks_for, standings
from services.feed.source import CARE, Described

SEED = 4242
ROLL = 1000
KNOWN = 0.1
"""Of a roll's children so many are known to social care, in ten years or so."""
ELSEWHERE = 0.5
"""And half as many again who are on no roll here: too young, moved away, relatives."""
FAULTLESS = 0.8
UPNS = {"its own": 60, "none": 35, "a former one": 3, "another's": 2}
"""Of a hundred of social care's records of pupils so many have this UPN."""
WRONG_MAX, DOUBTFUL_MAX = 1.0, 2.0
"""Wrong links in 10,000; doubtful ones in 100 of social care's records."""


@dataclass
class Linked:
    """What came of it. `of_pupils`: social care's records that are of a pupil."""

    pupils: int = 0
    persons: int = 0
    of_pupils: int = 0
    right: int = 0
    wrong: int = 0
    waiting: int = 0
    missed: int = 0
    compared: int = 0
    pupils_in_doubt: int = 0
    took_s: float = 0.0
    missed_by: Counter[str] = field(default_factory=Counter)
    waits_by: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, float]:
        persons, links = max(self.persons, 1), max(self.right + self.wrong, 1)
        return {
            "pupils": self.pupils,
            "persons": self.persons,
            "wrong links in 10,000": round(10_000 * self.wrong / links, 2),
            "doubtful in 100 persons": round(100 * self.waiting / persons, 2),
            "pupils in doubt in 100": round(100 * self.pupils_in_doubt / max(self.pupils, 1), 3),
            "linked of 100 who are pupils": round(100 * self.right / max(self.of_pupils, 1), 2),
            "missed of 100 who are pupils": round(100 * self.missed / max(self.of_pupils, 1), 2),
            "compared a person": round(self.compared / persons, 1),
            "CPU ms a person": round(1000 * self.took_s / persons, 2),
        }


@dataclass(frozen=True)
class Council:
    """Records of both sides, by key, and whose they are."""

    records: dict[str, LinkRecord]
    child_of: dict[str, int]
    about: dict[str, tuple[str, ...]]
    """What is wrong with one of social care's."""


def council(pupils: int, seed: int = SEED) -> Council:
    """Rolls of all communities beside one another, and the persons known to social care."""
    making, rng = Making(seed, whole=True), Random(seed + 1)
    records: dict[str, LinkRecord] = {}
    child_of: dict[str, int] = {}
    about: dict[str, tuple[str, ...]] = {}
    for at in range(pupils // ROLL):
        roll = making.roll(ROLL, list(NAMES)[at % len(NAMES)])
        for child in roll.here:
            key = f"{len(records)}"
            records[key], child_of[key] = _pupil(key, child, rng), child.number
        for child in _known(making, rng, roll):
            key = f"{CARE}{len(records)}"
            records[key], about[key] = _person(key, child, rng)
            child_of[key] = child.number
    return Council(records, child_of, about)


def _known(making: Making, rng: Random, roll) -> Iterator[Invented]:  # type: ignore[no-untyped-def]
    yield from rng.sample(roll.here, int(ROLL * KNOWN))
    for _ in range(int(ROLL * KNOWN * ELSEWHERE)):
        yield absent(making, roll, rng)[1]


def _pupil(key: str, child: Invented, rng: Random) -> LinkRecord:
    former = (f"F{child.upn}",) if child.upn and rng.random() < 0.1 else ()
    upns = tuple(upn for upn in (child.upn, *former) if upn)
    return LinkRecord(key, "roll", Described(child.given_name, child.family_name, child.born, upns))


def _person(key: str, child: Invented, rng: Random) -> tuple[LinkRecord, tuple[str, ...]]:
    typed = asked(rng, child, faultless=FAULTLESS)
    while not typed.born.is_whole or not _is_a_day(typed.born):
        typed = asked(rng, child, faultless=FAULTLESS)
    born = date(typed.born.year or 1, typed.born.month or 1, typed.born.day or 1)
    kind = rng.choices(list(UPNS), list(UPNS.values()))[0]
    upn = {"its own": child.upn, "none": None, "a former one": f"F{child.upn}", "another's": "X" + str(rng.random())}[
        kind
    ]
    described = Described(typed.given_name, typed.family_name, born, (upn,) if upn else ())
    return LinkRecord(key, "care", described), (f"UPN: {kind}", *typed.mistakes)


def _is_a_day(born) -> bool:  # type: ignore[no-untyped-def]
    try:
        return bool(date(born.year, born.month, born.day))
    except ValueError:
        return False


def measured(pupils: int) -> Linked:
    """Every person compared with those pupils whom its texts find, and how the pairs stand then."""
    made, told = council(pupils), Linked()
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for key, record in made.records.items():
        if record.side == "roll":
            for text in found_by("roll", record.described):
                by_text[text].append(key)
    pairs, began = [], time.process_time()
    for key, record in made.records.items():
        if record.side == "care":
            found = {pupil for text in looks_for("care", record.described) for pupil in by_text.get(text, ())}
            judged = [judge(made.records[pupil], record) for pupil in sorted(found)]
            pairs += [Pair(one.ends, one.verdict) for one in judged if one.verdict != "different"]
            told.compared += len(found)
    stand = standings(pairs)
    told.took_s = time.process_time() - began
    _count(
        told,
        made,
        {ends for ends, s in stand.items() if s == "linked"},
        {e for e, s in stand.items() if s == "waiting"},
    )
    return told


def _count(told: Linked, made: Council, linked: set[Ends], waiting: set[Ends]) -> None:
    pupils = {made.child_of[key] for key, record in made.records.items() if record.side == "roll"}
    told.pupils, told.pupils_in_doubt = len(pupils), len({ends.roll for ends in waiting})
    with_roll, waits = {ends.care: ends.roll for ends in linked}, {ends.care for ends in waiting}
    for key, record in made.records.items():
        if record.side == "roll":
            continue
        child = made.child_of[key]
        told.persons += 1
        told.of_pupils += child in pupils
        told.waiting += key in waits
        if key in with_roll:
            right = made.child_of[with_roll[key]] == child
            told.right, told.wrong = told.right + right, told.wrong + (not right)
        elif key not in waits and child in pupils:
            told.missed += 1
            told.missed_by.update(made.about[key])
        if key in waits:
            told.waits_by.update(made.about[key] if child in pupils else ("on no roll here",))
