"""Facts of copies of a referral, and of its way into the council's case system."""

from typing import Literal
from uuid import UUID

from shared.contracts import Fact

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


class TransferBegun(Fact, key="referral_id"):
    """What was sent with a referral is about to be handed over to the council's case system, for the first time or the
    first time since an officer asked for it again. Outcome: `begun`."""

    referral_id: UUID
    reference: str


class TransferAcknowledged(Fact, key="referral_id"):
    """The council's case system has taken a referral. Outcome: `acknowledged`."""

    referral_id: UUID
    reference: str
    source_number: str
    """Under which the case system has it."""


class TransferLate(Fact, key="referral_id"):
    """The council's case system has not acknowledged a referral in time. Outcome: `late`. It is tried on and on."""

    referral_id: UUID
    reference: str
    trouble: str | None = None
    """Why the last attempt failed, in one word."""


class TransfersRead(Fact, key="read_id"):
    """An officer was shown which referrals the case system has not acknowledged, or how far one is. Outcome: `shown` or
    `not_found`."""

    read_id: UUID
    reference: str | None = None
    """Which one was asked for; None: the list."""
    shown: tuple[UUID, ...] = ()
    """Which referrals were shown."""


class TransferAskedAgain(Fact, key="attempt_id"):
    """An officer asked that a referral be handed over again.

    Outcome: `asked`, `already_acknowledged` or `not_found`.
    """

    attempt_id: UUID
    referral_id: UUID | None = None
    reference: str
