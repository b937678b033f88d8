"""The weight, in bits, of what a question and a record have in common (Fellegi and Sunter).

Of each field it is known how often it agrees in each way if the record is the one who is meant, if it is a stranger's,
and if it is a brother's, sister's or twin's of the one who is meant. The weight is the logarithm of how much more
likely what is seen is in the first case than in the others.
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
Differing = Literal["given_name", "family_name", "born", "swapped"]


class Agreement(NamedTuple):
    """How a record agrees with a question, field by field; `swapped`: the given name is in the place of the other."""

    given_name: names.Likeness
    family_name: names.Likeness
    born: birth_dates.Agreement
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """`weight`: bits for (above 0) or against the record being the one who is meant. `differs`: what is not the same,
    as a person would say it; "swapped": the names stand in each other's place."""

    weight: float
    agreement: Agreement
    differs: tuple[Differing, ...]


def compare(sought: Sought, recorded: Recorded) -> Compared:
    typed = names.parts(sought.given_name), names.parts(sought.family_name)
    born = birth_dates.compare(sought.born, recorded.born)
    family_names = (recorded.family_name, *recorded.former_family_names)
    return max(
        (_of_names(typed, (names.parts(recorded.given_name), names.parts(family)), born) for family in family_names),
        key=lambda compared: compared.weight,
    )


Named = tuple[tuple[str, ...], tuple[str, ...]]
"""The parts of a given name and of a family name."""


def _of_names(typed: Named, recorded: Named, born: birth_dates.Agreement) -> Compared:
    straight = Agreement(names.compare(typed[0], recorded[0]), names.compare(typed[1], recorded[1]), born)
    crossed = Agreement(names.compare(typed[1], recorded[0]), names.compare(typed[0], recorded[1]), born, swapped=True)
    return max(_compared(straight), _compared(crossed), key=lambda compared: compared.weight)


def _compared(agreement: Agreement) -> Compared:
    fields = {name: value for name, value in agreement._asdict().items() if name != "swapped"}
    differs = [name for name, value in fields.items() if value not in ("same", "order", "known")]
    swapped = ["swapped"] if agreement.swapped else []
    return Compared(_weight(fields, agreement.swapped), agreement, (*differs, *swapped))  # type: ignore[arg-type]


def _weight(fields: dict[str, str], swapped: bool) -> float:
    same, stranger, relative = 1.0, 1.0, 1.0
    for field, way in fields.items():
        of_same, of_stranger, of_relative = PARAMETERS[field][way]
        same, stranger, relative = same * of_same, stranger * of_stranger, relative * of_relative
    share = PARAMETERS["relatives"]
    usual = PARAMETERS["names_swapped"] if swapped else 1.0
    return log2(same * usual / ((1 - share) * stranger + share * relative))
