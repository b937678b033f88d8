"""How well a child's two records are linked: a roll's register, and what social care has of some of its children.

Social care's records are written down with the mistakes that records have, often without a UPN; among them are others
of the same families and places, who are on no roll here. No portal is started: this measures the rules, as the feed
uses them.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from random import Random

from bench.figures import Figure, Measured
from bench.register.asking import asked
from bench.register.making import NAMES, Invented, Making
from services.feed.linking.domain import Ends, LinkRecord, Pair, Standing, found_by, judge, looks_for, standings
from services.feed.source import CARE, Described

SEED = 4242
PUPILS = 60_000
ROLL = 1000
KNOWN = 0.1
"""Of a roll's children so many are known to social care, in ten years or so."""
ELSEWHERE = 0.5
"""And half as many again who are on no roll here: too young, moved away, relatives."""
FAULTLESS = 0.9
UPNS = {"its own": 65.0, "none": 32.0, "a former one": 2.5, "another's": 0.5}
"""Of a hundred of social care's records of pupils so many have this UPN; of the former ones the roll knows four in
five. How they are shared out is a judgement, as are the mistakes: no council's figures are public."""
WRONG_MAX, DOUBTFUL_MAX = 1.0, 2.0
"""Wrong links in 10,000; pupils of whom nothing plain is said in 100."""


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


@dataclass(frozen=True)
class Council:
    """Records of both sides, by key, and whose they are."""

    records: dict[str, LinkRecord]
    child_of: dict[str, int]
    about: dict[str, str]
    """What UPN one of social care's has, or that it is on no roll."""

    def add(self, record: LinkRecord, child: Invented, about: str = "") -> None:
        key = f"{f'{CARE}:' if record.side == 'care' else ''}{len(self.records)}"
        self.records[key], self.child_of[key], self.about[key] = replace(record, key=key), child.number, about


def council(pupils: int, seed: int = SEED) -> Council:
    """Rolls of all communities beside one another, and the persons known to social care."""
    making, rng = Making(seed, whole=True), Random(seed + 1)
    made = Council({}, {}, {})
    for at in range(pupils // ROLL):
        roll = making.roll(ROLL, list(NAMES)[at % len(NAMES)])
        known = {child.number for child in rng.sample(roll.here, int(ROLL * KNOWN))}
        for child in roll.here:
            kind = rng.choices(list(UPNS), list(UPNS.values()))[0]
            made.add(_pupil(child, kind == "a former one" and child.number in known and rng.random() < 0.8), child)
            if child.number in known:
                made.add(_person(child, kind, rng), child, f"UPN: {kind}")
        for child in rng.sample([*roll.relatives, *roll.elsewhere], int(ROLL * KNOWN * ELSEWHERE)):
            made.add(_person(child, rng.choices(("its own", "none"), (1, 2))[0], rng), child, "on no roll here")
    return made


def _pupil(child: Invented, moved: bool) -> LinkRecord:
    upns = (child.upn, f"F{child.upn}") if moved else (child.upn,)
    return LinkRecord(
        "", "roll", Described(child.given_name, child.family_name, child.born, tuple(u for u in upns if u))
    )


def _person(child: Invented, kind: str, rng: Random) -> LinkRecord:
    typed = asked(rng, child, faultless=FAULTLESS)
    while not (typed.born.is_whole and _is_a_day(typed.born)):
        typed = asked(rng, child, faultless=FAULTLESS)
    born = date(typed.born.year or 1, typed.born.month or 1, typed.born.day or 1)
    upn = {"its own": child.upn, "none": None, "a former one": f"F{child.upn}", "another's": f"X{child.upn}"}[kind]
    return LinkRecord("", "care", Described(typed.given_name, typed.family_name, born, (upn,) if upn else ()))


def _is_a_day(born) -> bool:  # type: ignore[no-untyped-def]
    try:
        return bool(date(born.year, born.month, born.day))
    except ValueError:
        return False


def measure(pupils: int = PUPILS) -> Measured:
    told = measured(pupils)
    links, persons = max(told.right + told.wrong, 1), max(told.persons, 1)
    wrong, doubtful = 10_000 * told.wrong / links, 100 * told.pupils_in_doubt / max(told.pupils, 1)
    among = f"{told.pupils:,} pupils, {told.persons:,} persons"
    figures = [
        Figure(
            "wrong links", "in 10,000", wrong, None, f"{links:,} links; {among}", f"<= {WRONG_MAX}", wrong <= WRONG_MAX
        ),
        Figure("pupils in doubt", "%", doubtful, None, among, f"<= {DOUBTFUL_MAX}", doubtful <= DOUBTFUL_MAX),
        Figure(
            "persons who wait",
            "%",
            100 * told.waiting / persons,
            None,
            ", ".join(f"{why} {count}" for why, count in told.waits_by.most_common()),
        ),
        Figure("linked, of persons who are pupils", "%", 100 * told.right / max(told.of_pupils, 1), None, ""),
        Figure("missed, of persons who are pupils", "%", 100 * told.missed / max(told.of_pupils, 1), None, ""),
        Figure("pupils compared for a person", "", told.compared / persons, None, "all with all would be every pupil"),
        Figure("CPU for a person", "ms", 1000 * told.took_s / persons, None, "found in memory"),
    ]
    return Measured(figures, asdict(told))


def measured(pupils: int) -> Linked:
    """Every person compared with those pupils whom its texts find, and how the pairs stand then."""
    made, told = council(pupils), Linked()
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for key, record in made.records.items():
        if record.side == "roll":
            for text in found_by("roll", record.described):
                by_text[text].append(key)
    pairs, began = [], time.process_time()
    for record in made.records.values():
        if record.side == "care":
            found = {pupil for text in looks_for("care", record.described) for pupil in by_text.get(text, ())}
            judged = [judge(made.records[pupil], record) for pupil in sorted(found)]
            pairs += [Pair(one.ends, one.verdict) for one in judged if one.verdict != "different"]
            told.compared += len(found)
    stand = standings(pairs)
    told.took_s = time.process_time() - began
    _count(told, made, stand)
    return told


def _count(told: Linked, made: Council, stand: Mapping[Ends, Standing]) -> None:
    linked, waiting = ({ends for ends, one in stand.items() if one == which} for which in ("linked", "waiting"))
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
            told.missed_by[made.about[key]] += 1
        if key in waits:
            told.waits_by[made.about[key]] += 1
