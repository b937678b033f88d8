"""`python -m bench.estimating`: the parameters of the matching model, from a synthetic register of its own seed.

Writes shared/names/shares.json (how common names are) and shared/matching/parameters.json. It sees neither the cases of
the tests nor the register by which `python -m bench matching` measures: that has another seed and more names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any, get_args

from bench.register.absent import absent
from bench.register.asking import asked
from bench.register.making import NAMES, Invented, MadeRoll, Making
from bench.register.searching import Searchable, recorded, sought
from shared import names
from shared.matching.born import DateAgreement
from shared.matching.model import PARAMETERS, Agreement, PreparedQuestion, Way
from shared.names import Likeness, parts, spelling

SEED = 20261130
ROLLS = [(size, community) for size in (240, 600, 1500) for community in NAMES]
QUESTIONS = 200
"""Of each roll, about children who are on it; and as many about children who are not."""
STRANGERS = 40
"""Children of the roll with whom each question about somebody else is compared."""
ANSWERED_MAX = 0.005
"""Of the questions about absent children at most so many have a candidate above the bound: room beneath 1 in 100."""
BY_HAND = {"relatives": 0.01, "apart": 4.0}
"""Assumed: of questions about somebody who is not there so many are about a relative of a given child who is; and by so
many bits the second must be less likely than the first, not to be meant too."""
FIELDS: tuple[names.Field, ...] = ("given_name", "family_name")
LEAST = 0.3
"""Is added to each count: what was never seen is rare, not impossible."""
WAY_MIN = 0.003
"""That names stand in other boxes is at least so common: where it is rare, it is counted as what was assumed before."""
ROOT = Path(__file__).parents[1]
SHARES, WEIGHTS = ROOT / "shared/names/shares.json", ROOT / "shared/matching/parameters.json"
ORIGIN = (
    "Estimated by `python -m bench.estimating` on a synthetic register, seed {seed}: {what}. Its names, their order "
    "and how often which mistake is made, are by hand (bench/register/); nothing is taken from people or test sets."
)


def rolls(seed: int = SEED, *, whole: bool = False) -> Iterable[tuple[Making, MadeRoll, Random]]:
    for at, (size, community) in enumerate(ROLLS):
        making = Making(seed + at, whole=whole)
        yield making, making.roll(size, community), Random(seed + 1000 + at)


def shares() -> dict[str, Any]:
    """Of each name: how many of the children of the community in which it is most common have it."""
    children: Counter[str] = Counter()
    having: dict[str, defaultdict[str, Counter[str]]] = {field: defaultdict(Counter) for field in FIELDS}
    for _, roll, _ in rolls():
        for child in roll.here + roll.elsewhere:
            children[child.community] += 1
            for field in FIELDS:
                for word in {spelling(word) for word in parts(getattr(child, field))}:
                    having[field][word][child.community] += 1
    found: dict[str, dict[str, float]] = {
        field: {
            word: round(max(count / children[community] for community, count in of.items()), 4)
            for word, of in sorted(having[field].items())
            if sum(of.values()) >= 3
        }
        for field in FIELDS
    }
    what = f"{sum(children.values()):,} children of {len(children)} communities"
    return {"origin": ORIGIN.format(seed=SEED, what=what), **found}


class Counting:
    """How questions agree with the child who is meant, with strangers and with relatives."""

    def __init__(self) -> None:
        self.same: list[Agreement] = []
        self.strangers: list[Agreement] = []
        self.relatives: list[Agreement] = []
        self.twins: list[Agreement] = []
        self.common: dict[str, list[float]] = {field: [] for field in FIELDS}

    def of_roll(self, making: Making, roll: MadeRoll, rng: Random) -> None:
        for child in rng.sample(roll.here, min(QUESTIONS, len(roll.here))):
            self.twins.append(_agreement(asked(rng, making.twin(child)), child))
            self.same.append(_agreement(asked(rng, child), child))
            for field in FIELDS:
                self.common[field].append(names.share(parts(getattr(child, field)), field))
        for child in rng.sample(roll.elsewhere, min(QUESTIONS, len(roll.elsewhere))):
            question = PreparedQuestion(sought(asked(rng, child)))
            self.strangers += [question.compare(recorded(one)).agreement for one in rng.sample(roll.here, STRANGERS)]
        family = {child.family: child for child in roll.here}
        self.relatives += [
            _agreement(asked(rng, child), family[child.family]) for child in roll.relatives if child.family in family
        ]

    def shares(self, field: str, ways: Iterable[str]) -> dict[str, list[float]]:
        """Of each way to agree: its share with the same child, with strangers, with relatives."""
        ways = list(ways)
        others = self.relatives + (self.twins if field == "given_name" else [])
        columns = [self._column(seen, field, ways) for seen in (self.same, self.strangers, others)]
        return {way: [round(column[way], 7) for column in columns] for way in ways}

    def _column(self, seen: list[Agreement], field: str, ways: list[str]) -> dict[str, float]:
        counted = Counter(getattr(one, field) for one in seen)
        total = sum(counted[way] + LEAST for way in ways)
        return {way: (counted[way] + LEAST) / total for way in ways}


def _agreement(typed: Any, child: Invented) -> Agreement:
    return PreparedQuestion(sought(typed)).compare(recorded(child)).agreement


PARTIAL = ("no_day", "no_month", "no_year")


def born_shares(counting: Counting) -> dict[str, list[float]]:
    """Of whole dates; and of those of which a part is not known, each kind by itself."""
    ways = [way for way in get_args(DateAgreement) if way not in (*PARTIAL, "part_other")]
    found = counting.shares("born", ways)
    chances = {"no_day": 1 / (12 * 7), "no_month": 1 / (30.4 * 7), "no_year": 1 / 365}  # of a school's seven years
    twins = found["same"][2]
    for way, chance in chances.items():
        found[way] = [0.95, round(chance, 6), round(chance + twins, 6)]
    found["part_other"] = [found["other"][0], 1.0, 1.0]
    return found


def weights() -> dict[str, Any]:
    counting = Counting()
    for making, roll, rng in rolls():
        counting.of_roll(making, roll, rng)
    found: dict[str, Any] = {field: counting.shares(field, get_args(Likeness)) for field in FIELDS}
    found["born"] = born_shares(counting)
    ways = counting.shares("way", get_args(Way))
    found["ways"] = {way: max(ways[way][0], WAY_MIN) for way in get_args(Way)}
    found["ways"]["alone"] = found["ways"]["straight"]  # in which box a single name stands says nothing of whose it is
    found["usual_share"] = {field: round(sum(of) / len(of), 5) for field, of in counting.common.items()}
    alike = sum(found["family_name"][way][1] for way in ("same", "order", "spelling"))
    found["near_by"] = round(alike / found["usual_share"]["family_name"], 4)
    pairs = f"{len(counting.strangers):,} pairs of strangers, {len(counting.relatives):,} of brothers and sisters"
    what = f"{len(counting.same):,} questions about children on {len(ROLLS)} rolls, {pairs}"
    return {"origin": ORIGIN.format(seed=SEED, what=what), **found}


def bound() -> float:
    """Above it is at most ANSWERED_MAX of the questions about absent children.

    On a second register, with all names: of names that it does not know the model is too sure, and the bound must be
    high enough for these too.
    """
    heaviest = []
    for making, roll, rng in rolls(SEED + 5000, whole=True):
        there = Searchable(roll.here)
        for _ in range(QUESTIONS):
            question = sought(asked(rng, absent(making, roll, rng)[1]))
            weighed = [PreparedQuestion(question).compare(record) for _, record in there.candidates(question)]
            heaviest.append(max((one.weight for one in weighed if one.has_given_name), default=-99.0))
    heaviest.sort()
    return round(heaviest[int(len(heaviest) * (1 - ANSWERED_MAX))], 2)


def again(stage: str) -> None:
    """The next stage in a process of its own: it reads what was written by this one."""
    subprocess.run([sys.executable, "-m", "bench.estimating", stage], check=True, cwd=ROOT)


def write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(stage: str) -> None:
    if stage == "shares":
        write(SHARES, shares())
        again("weights")
    elif stage == "weights":
        write(WEIGHTS, {**weights(), **BY_HAND, "close": PARAMETERS["close"]})
        again("bound")
    else:
        write(WEIGHTS, {**PARAMETERS, "close": bound()})


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "shares")
