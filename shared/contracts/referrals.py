"""Events owned by the referrals service. None of them carries a word of the concern."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact

Gate = Literal["not_urgent", "telephoned", "worker_told"]


class ReferralMade(Fact, key="referral_id"):
    """A school sent a concern or an update about a child. Outcome: `made`."""

    referral_id: UUID
    reference: str
    kind: Literal["concern", "update"]
    gate: Gate
    due_at: datetime


class ReferralRefused(Fact, key="attempt_id"):
    """A referral was asked for and refused. Outcome: `not_on_roll`, `key_reused`."""

    attempt_id: UUID


class ReferralRead(Fact, key="read_id"):
    """Somebody read a referral, or asked for one and was refused. Outcome: `shown` or `not_found`."""

    read_id: UUID
    referral_id: UUID | None = None
    """None where none was found."""
    reference: str | None = None
    """Which was asked for."""
