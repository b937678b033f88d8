"""The weight, in bits, of what a question and a record have in common (Fellegi and Sunter).

Of each field it is known how often it agrees in each way if the record is the one who is meant, if it is a stranger's,
and if it is a brother's, sister's or twin's of the one who is meant. The weight is the logarithm of how much more
likely what is seen is in the first case than in the others. A name that many have says less than a rare one.
"""

import json
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any, Literal, NamedTuple

from shared import names
from shared.matching import born as birth_dates
from shared.matching.values import Recorded, Sought

PARAMETERS: dict[str, Any] = json.loads((Path(__file__).parent / "parameters.json").read_text(encoding="utf-8"))
"""`given_name`, `family_name`, `born`: of each way to agree three shares: of one child, of strangers, of relatives."""
NEAR_BY: float = PARAMETERS["near_by"]
"""How many of the children of a school are of the origin of one of them."""
USUAL: dict[names.Field, float] = PARAMETERS["usual_share"]
"""How common the name of a child is, on average."""
Differing = Literal["given_name", "family_name", "born", "swapped"]
Way = Literal["straight", "alone", "swapped", "moved"]
Parts = tuple[str, ...]
NONE: Parts = (names.NO_NAME,)
GOOD = ("same", "order", "spelling", "short", "part", "slip")
ALIKE = (*GOOD, "sound", "near", "far")
"""Whose family name is alike is mostly of the same origin, and then its given name is alike the more often."""
APART = ("far", "rival", "one_of", "none", "other")
"""Of a given name: another one. Brothers and sisters have all else in common, and twins the birth date too."""
UNMARKED = ("same", "order", "no_day", "no_month", "no_year")
SPREAD = 4.0
"""By so much at most a name counts for more or less than one that is as common as most, where it is not the same."""


class Agreement(NamedTuple):
    """How a record agrees with a question, field by field. `way`: the names in their places; a single name in another
    box, or in both; each in the other's; or all the same words, but not in the same box."""

    given_name: names.Likeness
    family_name: names.Likeness
    born: birth_dates.DateAgreement
    way: Way = "straight"


@dataclass(frozen=True, slots=True)
class Compared:
    """`weight`: bits for (above 0) or against the record being the one who is meant. `differs`: what is not the same,
    as a person would say it; "swapped": names stand in the other's place."""

    weight: float
    agreement: Agreement

    @property
    def has_given_name(self) -> bool:
        """Whether the given name may be the one that was meant; nobody is told of a child by all the rest alone."""
        return self.agreement.given_name not in APART

    @property
    def differs(self) -> tuple[Differing, ...]:
        given, family, born, way = self.agreement
        found: dict[Differing, bool] = {
            "given_name": given not in UNMARKED,
            "family_name": family not in UNMARKED,
            "born": born not in UNMARKED,
            "swapped": way != "straight",
        }
        return tuple(name for name, differs in found.items() if differs)


class PreparedQuestion:
    """A question made ready to be compared with many records."""

    __slots__ = ("alone", "born", "family", "given", "whole", "words")

    def __init__(self, sought: Sought) -> None:
        self.given, self.family = names.parts(sought.given_name), names.parts(sought.family_name)
        self.whole, self.born = _without_none(self.given + self.family), sought.born
        self.words, self.alone = frozenset(self.whole), _alone(self.given, self.family)

    def may_be(self, recorded: Recorded) -> bool:
        """Whether `compare` needs asking: a given name that is like neither of the names is nobody's who is meant."""
        given = names.parts(recorded.given_name)
        if given == (names.NO_NAME,) or not self.words.isdisjoint(given):
            return True
        return names.compare(self.given, given) not in APART or names.compare(self.family, given) not in APART

    def compare(self, recorded: Recorded) -> Compared:
        born = birth_dates.compare(self.born, recorded.born)
        given = names.parts(recorded.given_name)
        found = self._named(given, names.parts(recorded.family_name), born)
        for former in recorded.former_family_names:
            found = max(found, self._named(given, names.parts(former), born), key=lambda compared: compared.weight)
        return found

    def _named(self, given: Parts, family: Parts, born: birth_dates.DateAgreement) -> Compared:
        same = (self.given, self.family) == (given, family)
        if self.alone and not same and (name := _alone(given, family)) and (self.given, given) != (self.alone, name):
            alone = Agreement(names.compare(self.alone, name), "same", born, "alone")
            return Compared(_weight(alone, name, NONE), alone)
        straight = Agreement(names.compare(self.given, given), names.compare(self.family, family), born)
        best = Compared(_weight(straight, given, family), straight)
        if straight.given_name in GOOD and straight.family_name in GOOD:
            return best
        given_crossed = names.compare(self.family, given)
        if given_crossed in GOOD and (family_crossed := names.compare(self.given, family)) in GOOD:
            crossed = Agreement(given_crossed, family_crossed, born, "swapped")
            best = max(best, Compared(_weight(crossed, given, family), crossed), key=lambda compared: compared.weight)
        whole = _without_none(given + family)
        if self.words.issuperset(whole) or (len(self.whole) > 1 and self.words.issubset(whole)):
            together: names.Likeness = "same" if len(whole) == len(self.whole) else "part"
            if together == "same" or not {*given}.isdisjoint(self.given):
                moved = Agreement(together, "same", born, "moved")
                best = max(best, Compared(_weight(moved, given, family), moved), key=lambda compared: compared.weight)
        return best


def compare(sought: Sought, recorded: Recorded) -> Compared:
    return PreparedQuestion(sought).compare(recorded)


def _alone(given: Parts, family: Parts) -> Parts:
    """The name of somebody who has one only, in whichever box it stands or in both; empty, if there are two."""
    one, other = _without_none(given), _without_none(family)
    return one or other if not one or not other or one == other else ()


def _without_none(words: Parts) -> Parts:
    """The words of a name, once each; where there is no given or family name, its sign is none."""
    return tuple(dict.fromkeys(word for word in words if word != names.NO_NAME))


def _weight(agreement: Agreement, given: Parts, family: Parts) -> float:
    of_given, of_family = (
        PARAMETERS["given_name"][agreement.given_name],
        PARAMETERS["family_name"][agreement.family_name],
    )
    of_born = PARAMETERS["born"][agreement.born]
    given_by_chance = _by_chance(of_given[1], agreement.given_name, given, "given_name")
    family_by_chance = _by_chance(of_family[1], agreement.family_name, family, "family_name")
    of_one_origin = given_by_chance / NEAR_BY if agreement.given_name in ALIKE else given_by_chance
    same = of_given[0] * of_family[0] * of_born[0] * PARAMETERS["ways"][agreement.way]
    stranger = of_one_origin if agreement.family_name in ALIKE else given_by_chance
    relative = of_given[2] * of_family[2] * of_born[2]
    return log2(same / (stranger * family_by_chance * of_born[1] + PARAMETERS["relatives"] * relative))


def _by_chance(average: float, likeness: names.Likeness, name: Parts, field: names.Field) -> float:
    """How often a stranger's name agrees in this way with one that is as common as this."""
    if likeness in ("one_of", "none", "other", "initial"):
        return average
    if likeness == "same":
        return names.share(name, field) * NEAR_BY
    return average * min(max(names.share(name, field) / USUAL[field], 1 / SPREAD), SPREAD)
