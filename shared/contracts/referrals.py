"""Events owned by the referrals service. None of them carries a word of the concern."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact

ANSWERS = True  # over HTTP, to whoever has an access token for it

Gate = Literal["not_urgent", "telephoned", "worker_told"]
"""Whom the school telephoned before it wrote: nobody, the emergency number or the team, the child's worker."""

Urgency = Literal["immediate", "significant", "urgent", "not_urgent"]
"""The gate's own answer, the most urgent first: 999 is called; possible significant harm, the team is telephoned;
urgent, the child's worker or the duty line is telephoned; not urgent."""

Kind = Literal["concern", "update"]

Decision = Literal[
    "no_further_action", "signposted", "early_help", "assessment", "strategy_discussion", "added_to_case"
]
"""What the council decides: no further action, with advice; signposted to early help; early help is opened; an
assessment (Children Act 1989, section 17); a strategy discussion (section 47); added to the open case."""


class ReferralMade(Fact, key="referral_id"):
    """A school sent a concern or an update about a child. Outcome: `made`.

    A concern is taken whatever the age of the roll that it was checked against; `roll_current` false marks one whose
    child may not have been on the school's roll when it was sent. None: made before this was kept.
    """

    referral_id: UUID
    reference: str
    kind: Kind
    gate: Gate
    due_at: datetime
    urgency: Urgency | None = None
    lowered_from: Urgency | None = None
    """The most urgent answer that the sender had given before, and then lowered."""
    roll_as_of: datetime | None = None
    """Up to when the school's roll was complete; None: not known."""
    roll_current: bool | None = None


class ReferralRefused(Fact, key="attempt_id"):
    """A referral was asked for and refused.

    Outcome: `not_on_roll`, `key_reused`, or `not_current` where the child was not found on a roll that may be old.
    """

    attempt_id: UUID
    roll_as_of: datetime | None = None


class ReferralRead(Fact, key="read_id"):
    """Somebody read a referral, or asked for one and was refused. Outcome: `shown` or `not_found`."""

    read_id: UUID
    referral_id: UUID | None = None
    """None where none was found."""
    reference: str | None = None
    """Which was asked for."""


CopyForm = Literal["page", "pdf"]
"""How a copy was given: as a page to print, or as a PDF."""


class CopyRead(Fact, key="read_id"):
    """Somebody took a copy of a referral (everything that was sent), or asked for one and was refused. Outcome: `shown`
    or `not_found`."""

    read_id: UUID
    referral_id: UUID | None = None
    """None where none was found."""
    reference: str | None = None
    """Which was asked for."""
    form: CopyForm
