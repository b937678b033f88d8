"""Whether two records are of one child: stricter than a question, for nobody confirms it."""

from dataclasses import dataclass
from typing import Literal

from shared.matching.model import PARAMETERS, Compared, compare
from shared.matching.values import BornSought, Recorded, Sought

Link = Literal["same", "marked", "doubtful", "different"]


@dataclass(frozen=True, slots=True)
class ComparedRecords:
    """`same`: one child. `marked`: clearly one, and what differs is to be seen. `doubtful`: a person must decide.
    `upn`: True, the same; False, another; None, one of them has none."""

    verdict: Link
    weight: float
    compared: Compared
    upn: bool | None


def compare_records(one: Recorded, other: Recorded) -> ComparedRecords:
    sought = Sought(one.given_name, one.family_name, BornSought.of(one.born))
    compared = compare(sought, other)
    upn = one.upn == other.upn if one.upn and other.upn else None
    return ComparedRecords(_verdict(compared, upn), compared.weight, compared, upn)


def _verdict(compared: Compared, upn: bool | None) -> Link:
    """An equal UPN alone links nobody, and another UPN leaves nobody sure."""
    weight, agreement = compared.weight, compared.agreement
    if upn:
        return "same" if weight >= PARAMETERS["same"] else "marked" if weight >= PARAMETERS["doubtful"] else "doubtful"
    clear = weight >= PARAMETERS["same"] and agreement.born == "same" and upn is None
    if clear and agreement.given_name == agreement.family_name == "same" and agreement.way == "straight":
        return "marked"
    return "doubtful" if weight >= PARAMETERS["marked"] else "different"
