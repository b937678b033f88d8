"""Events owned by the audit service: reading the record is itself on the record."""

from datetime import date, datetime
from uuid import UUID

from shared.contracts import Fact, Part, Urn

ANSWERS = True  # over HTTP, to whoever has an access token for it


class ChildSought(Part):
    """The child that was asked for, as typed: a UPN, or a name with a date of birth."""

    upn: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None


class AuditQuestion(Part):
    """What was asked of the record; None: not asked for."""

    person: UUID | None = None
    """The one account that `person_named` means; None: none or several."""
    person_named: str | None = None
    """The name, or part of one, as typed."""
    school: Urn | None = None
    school_named: str | None = None
    """The school's name, or part of one, as typed."""
    child: UUID | None = None
    """The one child that `child_sought` means; None: none or several."""
    child_sought: ChildSought | None = None
    kind: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    entry: UUID | None = None
    readings: bool | None = None
    """Whether readings of the record itself were asked for too."""


class AuditRead(Fact, key="read_id"):
    """A data protection officer read the record. Outcome: `shown`, `not_found` or `narrow` (too many people or children
    are meant). `children` names those asked for and those of the entries shown."""

    read_id: UUID
    asked: AuditQuestion
    entries: int
    """How many entries were shown."""
    shown: tuple[UUID, ...] = ()
    """Which entries were shown."""
