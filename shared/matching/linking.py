"""Whether two records are of one child: stricter than a question, for nobody is there to confirm it."""

from dataclasses import dataclass
from typing import Literal

from shared.matching.model import Agreement, Compared, compare
from shared.matching.values import BornSought, Recorded, Sought

Link = Literal["same", "marked", "doubtful", "different"]
COMPATIBLE = 12.0
"""Bits with which names and birth date go with an equal UPN, so that nothing need be looked at."""
CONTRARY = 3.0
"""Under so many bits an equal UPN is somebody else's that was typed wrong, or a child was given another name."""
CLEAR = 23.0
"""Bits that are enough without a UPN: among 300,000 children, of whom one in twenty is missing, in one of a thousand of
the least sure such links somebody else is meant (decision 0049)."""
POSSIBLE = 14.0
"""From so many bits on two records may be one child's, and a person looks."""
SURE = frozenset({"same", "order", "spelling"})


@dataclass(frozen=True, slots=True)
class ComparedRecords:
    """`same`: one child. `marked`: clearly one, and what differs is to be seen. `doubtful`: a person must decide.
    `different`: two. `upn`: True, the same; False, another; None, one of them has none."""

    verdict: Link
    weight: float
    compared: Compared
    upn: bool | None


def compare_records(one: Recorded, other: Recorded) -> ComparedRecords:
    """Whoever has several candidates for one record links it only if one alone is not `different`."""
    compared = compare(Sought(one.given_name, one.family_name, BornSought.of(one.born)), other)
    upn = one.upn == other.upn if one.upn and other.upn else None
    return ComparedRecords(_verdict(compared, upn), compared.weight, compared, upn)


def _verdict(compared: Compared, upn: bool | None) -> Link:
    """An equal UPN alone links nobody, and another UPN leaves nobody sure."""
    weight = compared.weight
    if upn:
        return "same" if weight >= COMPATIBLE else "marked" if weight >= CONTRARY else "doubtful"
    if upn is None and weight >= CLEAR and _is_clear(compared.agreement):
        return "marked"
    return "doubtful" if weight >= POSSIBLE and compared.has_given_name else "different"


def _is_clear(agreement: Agreement) -> bool:
    named = agreement.given_name in SURE and agreement.family_name in SURE
    return named and agreement.born == "same" and agreement.way == "straight"
