"""What of the feed's states counts for a referral: how long a roll is remembered, and who works with a child. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared import matching
from shared.contracts.feed import Child, Worker
from shared.matching import Recorded

LEFT_DAYS = 30
"""How long after a child left a roll that is remembered: against an old roll a concern is taken for so long."""


class AllocatedWhile(NamedTuple):
    """A row of `allocation`: a worker of a child, from `starts` to `ends` (first day without)."""

    child_id: UUID
    worker_id: UUID
    lead: bool
    starts: date
    ends: date | None


def keys_of(given_name: str | None, family_name: str | None, born: date | None) -> str:
    """By what an officer may find a child, with spaces between them; of one that has ended none."""
    if born is None:
        return ""
    return " ".join(sorted(matching.keys(Recorded(given_name or "", family_name or "", born))))


def role_told(worker: Worker) -> str:
    """Empty where the feed could not read it: any role stands there then."""
    return "" if "role" in worker.doubtful else worker.role


def allocated(child: Child) -> Iterator[AllocatedWhile]:
    """Each allocation as far as a case is open: a closed case reads as none, whatever allocation was left behind.

    An allocation without any case (early help in some case systems) stands by itself.
    """
    cases = [(case.starts, case.ends) for case in child.cases] or [(date.min, None)]
    for one in child.allocations:
        for starts, ends in cases:
            first, over = max(one.starts, starts), min(one.ends or date.max, ends or date.max)
            if first < over:
                last = None if over == date.max else over
                yield AllocatedWhile(child.child_id, one.worker_id, one.lead, first, last)


def children_of(child_id: UUID | None) -> tuple[UUID, ...]:
    """Whom a fact is about: nobody, as long as a described child is not found in the records."""
    return (child_id,) if child_id else ()
