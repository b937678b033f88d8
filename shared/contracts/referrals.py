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


class AttachmentAdded(Fact, key="attachment_id"):
    """A file was added to a draft. Outcome: `added`. Neither its name nor what is in it is told."""

    attachment_id: UUID
    draft_id: UUID
    """The idempotency key of the referral that will be sent from it."""
    file_type: str
    """By its content: pdf, jpeg, png, docx …"""
    size_bytes: int


class AttachmentRefused(Fact, key="attachment_id"):
    """A file was not taken, or could not be removed. Outcome: `not_found` where the draft or the file is none of
    theirs, `sent` where the draft was sent before; else why the file is not taken, as `too_large` or `executable`."""

    attachment_id: UUID
    """Under which it was to come; of no file, where none was expected."""
    draft_id: UUID


class AttachmentRemoved(Fact, key="attachment_id"):
    """A file was taken away from a draft again. Outcome: `removed`."""

    attachment_id: UUID
    draft_id: UUID


class AttachmentScanned(Fact, key="attachment_id"):
    """The scanner has seen a file. Outcome: `clean`, or `infected`: nobody is ever given it."""

    attachment_id: UUID
    draft_id: UUID


class AttachmentRead(Fact, key="read_id"):
    """Somebody was shown which files a draft or a referral has (`listed`), or what is in one (`shown`).

    Or was not: `not_found`; `checking` and `infected` where it is in quarantine.
    """

    read_id: UUID
    attachment_id: UUID | None = None
    draft_id: UUID | None = None
    referral_id: UUID | None = None
    reference: str | None = None
    """Which was asked for."""
