"""How well children are recognised: on rolls of a synthetic register that the model has never seen, by origin.

Questions about children who are on the roll, each with one mistake or more or as they are in practice (half without), and
about children who are not, as hard. No portal is started: this measures the model, not the time.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from bench.register.absent import absent
from bench.register.asking import PRACTICE, asked
from bench.register.making import NAMES, Invented, Making
from bench.register.searching import Searchable, sought

SEED = 777
SIZES = (200, 420, 1000, 2000)
QUESTIONS = 300
"""Of each roll, of each of three kinds: about a child who is there, in practice and with a mistake in each; absent."""
MISTAKEN, IN_PRACTICE, ABSENT = "with mistakes", "in practice", "absent"


@dataclass
class Tally:
    """Questions of one kind, and what came of them. `first`: the child alone, or first of several; `found`: it is among
    those who are meant; `wrong`: another child alone."""

    asked: int = 0
    said: Counter[str] = field(default_factory=Counter)
    first: int = 0
    found: int = 0
    wrong: int = 0

    def share(self, count: int) -> float:
        return 100 * count / max(self.asked, 1)

    @property
    def answered(self) -> float:
        return self.share(self.said["match"] + self.said["close"])


Tallies = dict[tuple[str, str], Tally]
"""By the kind of question, and the origin, the size of the roll, the kind of mistake or of absence."""


class Measuring:
    def __init__(self, rolls: int) -> None:
        self.tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
        self.rolls, self.judged, self.took_s = rolls, 0, 0.0

    def run(self) -> None:
        for at in range(self.rolls):
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
        judged = self.judged_of(there, typed)
        numbers = [one.number for one, _ in judged.matches]
        for group in ("all", child.origin, f"a roll of {len(there.children):,}", *typed.mistakes):
            tally = self.tallies[kind, group]
            tally.asked += 1
            tally.said[judged.verdict] += 1
            tally.found += child.number in numbers
            tally.first += numbers[:1] == [child.number]
            tally.wrong += bool(numbers) and child.number not in numbers

    def absent(self, there: Searchable, rng: Random, child: Invented, groups: Iterable[str]) -> None:
        judged = self.judged_of(there, asked(rng, child))
        for group in ("all", child.origin, *groups):
            tally = self.tallies[ABSENT, group]
            tally.asked += 1
            tally.said[judged.verdict] += 1

    def judged_of(self, there: Searchable, typed):
        question = sought(typed)
        candidates = there.candidates(question)
        began = time.process_time()
        from shared.matching import judge
        judged = judge(question, candidates, lambda one: one[1])
        self.took_s += time.process_time() - began
        self.judged += len(candidates)
        return judged
