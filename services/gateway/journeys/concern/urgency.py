"""How urgent a concern is: the gate's own answer, kept as it was given."""

from __future__ import annotations

from typing import get_args

from shared.contracts.referrals import Urgency

URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
"""The highest first."""


def higher(one: Urgency, other: Urgency) -> bool:
    """Whether `one` is more urgent than `other`."""
    return URGENCIES.index(one) < URGENCIES.index(other)


def read_urgency(typed: str, has_worker: bool) -> Urgency | None:
    """The answer at the gate; None where there is none, or it is one that this child does not have."""
    found = next((each for each in URGENCIES if each == typed), None)
    return None if found == "urgent" and not has_worker else found
