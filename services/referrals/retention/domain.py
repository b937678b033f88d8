"""What is deleted of a referral when its time is over. Pure."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Due:
    """A referral of which something is to be deleted. `child_id` None: its child was never found in the records."""

    referral_id: UUID
    reference: str
    child_id: UUID | None


@dataclass(frozen=True, slots=True)
class KeptReferrals:
    """How many decided referrals are kept, and why. `no_period`: nobody has set how long. Of the others the time is
    over: a hold stands, the case system has not acknowledged them, or they are about to be deleted (`due`)."""

    no_period: int
    held: int
    not_transferred: int
    due: int
