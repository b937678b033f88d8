"""Facts of whose child a referral is, of legal holds, and of what was deleted when its time was over."""

from uuid import UUID

from shared.contracts import Fact


class CandidatesShown(Fact, key="read_id"):
    """An officer was shown children of the council's records who may be the one that a school described, or the one
    that was found to be it. `children`: which. Outcome: `shown`."""

    read_id: UUID
    referral_id: UUID
    reference: str


class ReferralLinked(Fact, key="referral_id"):
    """An officer said which child of the records a described one is, or took that back. Outcome: `linked`, `unlinked`.

    `children`: that child, and the one that was linked before.
    """

    referral_id: UUID
    reference: str
    child_id: UUID | None


class LinkRefused(Fact, key="attempt_id"):
    """An officer asked for the child of a referral, or to link one, and was refused.

    Outcome: `not_found`, `not_described`, `already_decided`, `changed_meanwhile`, `no_such_child`.
    """

    attempt_id: UUID
    referral_id: UUID | None = None
    reference: str


class ReferralPurged(Fact, key="referral_id"):
    """The portal deleted a referral whose time was over, with its words, history and attachments. Outcome: `purged`."""

    referral_id: UUID
    reference: str
    attachments: int
    """How many files were deleted with it."""


class AttachmentsPurged(Fact, key="referral_id"):
    """The portal deleted the attachments of a referral that it keeps: their time was over. Outcome: `purged`."""

    referral_id: UUID
    reference: str
    attachments: int


class HoldSet(Fact, key="hold_id"):
    """A data protection officer ordered that a referral be kept whatever its age. Outcome: `set`."""

    hold_id: UUID
    referral_id: UUID
    reference: str


class HoldLifted(Fact, key="hold_id"):
    """A data protection officer took such an order back. Outcome: `lifted`."""

    hold_id: UUID
    referral_id: UUID
    reference: str


class HoldRefused(Fact, key="attempt_id"):
    """Setting or lifting a hold was refused. Outcome: `not_found`, `already_held`, `not_held`."""

    attempt_id: UUID
    referral_id: UUID | None = None
    reference: str


class HoldsRead(Fact, key="read_id"):
    """A data protection officer was shown which referrals are held. Outcome: `shown`."""

    read_id: UUID
    shown: tuple[UUID, ...] = ()
    """Which referrals."""
