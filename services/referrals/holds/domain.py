"""A legal hold on a referral. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.database.refusal import Refusal


class HeldAlready(Refusal):
    """This referral is held already."""


class NotHeldNow(Refusal):
    """This referral is not held."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that stands. `child_id` None: described by the school, and not found in the records."""

    referral_id: UUID
    reference: str
    child_id: UUID | None
    at: datetime
    by_name: str | None
    why: str
    school_name: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holdable:
    """A referral that may be held. `hold_id` is that of the hold that stands; None: none does."""

    referral_id: UUID
    reference: str
    child_id: UUID | None
    hold_id: UUID | None
