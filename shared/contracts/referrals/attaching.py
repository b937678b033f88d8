"""Facts of files that belong to a draft, and to the referral that was sent from it."""

from uuid import UUID

from shared.contracts import Fact


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
    """Somebody was shown which files a draft or a referral has (`listed`), or what is in one (`shown`); or was not.

    Outcome: `listed`, `shown`, `not_found`; `checking` and `infected` where the file is in quarantine.
    """

    read_id: UUID
    attachment_id: UUID | None = None
    draft_id: UUID | None = None
    referral_id: UUID | None = None
    reference: str | None = None
    """Which was asked for."""
