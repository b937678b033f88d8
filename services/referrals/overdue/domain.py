"""A referral that nobody has acknowledged in time. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.referrals.handling.domain import Handling


@dataclass(frozen=True, slots=True)
class Late:
    """A referral as it was when its time was found to be over. `child_id` None: a described child, not found yet."""

    referral_id: UUID
    reference: str
    school: str
    child_id: UUID | None
    due_at: datetime


def unnoticed(handling: Handling) -> bool:
    """Whether, with its time over, nobody has acknowledged it and nobody was told so yet."""
    return not (handling.acknowledged_at or handling.decided_at or handling.overdue_at)
