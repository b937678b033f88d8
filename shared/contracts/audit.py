"""Events owned by the audit service: reading the record is itself on the record. And what of the record it answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.contracts import Answer, Fact, Part, Urn

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


class RecordedActor(Answer):
    """Who did it; name None: no account of this id is known."""

    id: UUID
    name: str | None = None
    role: str | None = None


class RecordedSchool(Answer):
    urn: str
    name: str | None = None


class RecordedChild(Answer):
    """A child as it was known when the entry was recorded; `now` is its name as it is known now."""

    child_id: UUID
    name: str | None = None
    born: date | None = None
    now: str | None = None


class RecordedEntry(Answer):
    """An entry as the data protection officer sees it: one line of the audit record."""

    entry_id: UUID
    at: datetime
    recorded_at: datetime | None = None
    kind: str
    known: bool = True
    actor: RecordedActor | None = None
    school: RecordedSchool | None = None
    agreement: str | None = None
    """Its version: the SHA-256 of its text."""
    agreement_named: str | None = None
    agreement_since: datetime | None = None
    children: tuple[RecordedChild, ...] = ()
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID
    body: dict[str, Any] = Field(default_factory=dict)


class EntriesPage(Answer):
    """Some of the entries asked for, newest first."""

    entries: list[RecordedEntry]
    next: str | None = None
    """Cursor of the older entries, for `after`."""
    previous: str | None = None
    """Cursor of the newer entries, for `before`."""


class EntryInFull(Answer):
    entry: RecordedEntry
    same_act: tuple[RecordedEntry, ...] = ()
    """Every entry with the same correlation, this one too, in the order in which it happened."""
    names: dict[str, str] = Field(default_factory=dict)
    """What the accounts and children that the entry's body names by id are called now."""
