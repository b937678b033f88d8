"""How well children are recognised: on rolls of a synthetic register that the model has never seen, by origin.

Questions about children who are on the roll, each with one mistake or more or as they are in practice (half without),
and about children who are not, as hard. No portal is started: this measures the model; the time is its CPU alone.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.figures import Figure, Measured
from bench.register.absent import absent
from bench.register.asking import PRACTICE, Typed, asked
from bench.register.making import NAMES, Invented, Making
from bench.register.searching import Searchable, sought
from shared.matching import Judged, judge

SEED = 20261201
"""Of rolls by which nothing was estimated and no bound was set: another one when the model changes, used once."""
SIZES = (200, 420, 1000, 2000)
ROLLS = 3 * len(SIZES) * len(NAMES)
QUESTIONS = 150
"""Of each roll, of each of three kinds: about a child who is there, in practice and with a mistake in each; absent."""
MISTAKEN, IN_PRACTICE, ABSENT = "with mistakes", "in practice", "absent"
FOUND_MIN, ANSWERED_MAX, BEHIND_MAX = 97.5, 1.0, 3.0
"""Aims, per cent; the last is of an origin behind all."""


@dataclass
class Tallied:
    """Questions of one kind, and what came of them. `first`: the child alone, or first of several; `found`: it is among
    those who are meant; `wrong`: others are."""

    asked: int = 0
    said: Counter[str] = field(default_factory=Counter)
    first: int = 0
    found: int = 0
    wrong: int = 0

    def share(self, count: int) -> float:
        return 100 * count / max(self.asked, 1)

    @property
    def answered(self) -> float:
        """Of questions about absent children: those who would be told of somebody."""
        return self.share(self.asked - self.said["none"])

    def told(self) -> dict[str, Any]:
        shares = {name: round(self.share(getattr(self, name)), 2) for name in ("found", "first", "wrong")}
        return {"asked": self.asked, **shares, **{said: round(self.share(n), 2) for said, n in self.said.items()}}


class Measuring:
    """The tallies, by the kind of question and by group: an origin, a size of roll, a kind of mistake or of absence."""

    def __init__(self) -> None:
        self.tallies: defaultdict[tuple[str, str], Tallied] = defaultdict(Tallied)
        self.candidates: list[int] = []
        self.cpu_s = 0.0

    def run(self, rolls: int) -> None:
        for at in range(rolls):
            size, community = SIZES[at % len(SIZES)], list(NAMES)[at // len(SIZES) % len(NAMES)]
            making = Making(SEED + at, whole=True)
            roll, rng = making.roll(size, community), Random(SEED + 5000 + at)
            there = Searchable(roll.here)
            for _ in range(QUESTIONS):
                for kind, faultless in ((MISTAKEN, 0.0), (IN_PRACTICE, PRACTICE)):
                    self.present(there, rng, rng.choice(roll.here), kind, faultless)
                what, child = absent(making, roll, rng)
                self.absent(there, rng, child, (what, f"a roll of {size:,}"))

    def present(self, there: Searchable, rng: Random, child: Invented, kind: str, faultless: float) -> None:
        typed = asked(rng, child, faultless=faultless)
        judged = self.judged(there, typed)
        numbers = [one.number for one, _ in judged.matches]
        for group in ("all", child.origin, f"a roll of {len(there.children):,}", *typed.mistakes):
            tally = self.tallies[kind, group]
            tally.asked += 1
            tally.said[judged.verdict] += 1
            tally.found += child.number in numbers
            tally.first += numbers[:1] == [child.number]
            tally.wrong += bool(numbers) and child.number not in numbers

    def absent(self, there: Searchable, rng: Random, child: Invented, groups: Iterable[str]) -> None:
        judged = self.judged(there, asked(rng, child))
        for group in ("all", child.origin, *groups):
            tally = self.tallies[ABSENT, group]
            tally.asked += 1
            tally.said[judged.verdict] += 1

    def judged(self, there: Searchable, typed: Typed) -> Judged[Any]:
        question = sought(typed)
        candidates = there.candidates(question)
        began = time.process_time()
        judged = judge(question, candidates, lambda one: one[1])
        self.cpu_s += time.process_time() - began
        self.candidates.append(len(candidates))
        return judged


def measure(rolls: int = ROLLS) -> Measured:
    measuring = Measuring()
    measuring.run(rolls)
    figures = [*_overall(measuring.tallies), *_by_origin(measuring.tallies), *_speed(measuring)]
    raw = {f"{kind}: {group}": tally.told() for (kind, group), tally in sorted(measuring.tallies.items())}
    return Measured(figures, raw)


def _overall(tallies: defaultdict[tuple[str, str], Tallied]) -> list[Figure]:
    found = []
    for kind in (IN_PRACTICE, MISTAKEN):
        tally = tallies[kind, "all"]
        close, several = (tally.share(tally.said[verdict]) for verdict in ("close", "several"))
        beside = f"{tally.asked:,} questions; close {close:.1f} %, of several {several:.1f} %"
        found += [
            _percent(f"found, of those who are asked for {kind}", tally.share(tally.found), beside, FOUND_MIN),
            _percent(
                f"found first, {kind}",
                tally.share(tally.first),
                f"another one instead: {tally.share(tally.wrong):.2f} %",
            ),
        ]
    for group, tally in tallies.items():
        if group[0] == ABSENT and not _is_origin(group[1]) and not group[1].startswith("a roll"):
            named = "answered, of those who are absent" + ("" if group[1] == "all" else f": {group[1]}")
            aim = ANSWERED_MAX if group[1] == "all" else None
            found.append(_percent(named, tally.answered, f"{tally.asked:,} questions", most=aim))
    return found


def _by_origin(tallies: defaultdict[tuple[str, str], Tallied]) -> list[Figure]:
    found = []
    least = tallies[IN_PRACTICE, "all"].share(tallies[IN_PRACTICE, "all"].found) - BEHIND_MAX
    for origin in sorted({group for _, group in tallies if _is_origin(group)}):
        practice, mistaken, absence = (tallies[kind, origin] for kind in (IN_PRACTICE, MISTAKEN, ABSENT))
        beside = f"with mistakes {mistaken.share(mistaken.found):.1f} %; absent answered {absence.answered:.2f} %"
        found.append(_percent(f"found in practice: {origin}", practice.share(practice.found), beside, round(least, 1)))
    return found


def _speed(measuring: Measuring) -> Sequence[Figure]:
    each = 1e6 * measuring.cpu_s / max(sum(measuring.candidates), 1)
    mean = sum(measuring.candidates) / len(measuring.candidates)
    beside = f"{mean:.0f} candidates a question, {max(measuring.candidates)} at most"
    return [
        Figure("CPU of a question of 60 candidates", "ms", 60 * each / 1000, None, beside, "< 1 ms", 60 * each < 1000)
    ]


def _is_origin(group: str) -> bool:
    return any(of["origin"] == group for of in NAMES.values())


def _percent(what: str, ours: float, beside: str, least: float | None = None, most: float | None = None) -> Figure:
    if least is not None:
        return Figure(what, "%", ours, None, beside, f">= {least} %", ours >= least)
    return Figure(what, "%", ours, None, beside, f"<= {most} %" if most else "", ours <= most if most else None)
