"""Events owned by the audit service: reading the record is itself on the record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.contracts import Fact, Part, Urn


class AuditQuestion(Part):
    """What was asked of the record; None: not asked for."""

    person: UUID | None = None
    school: Urn | None = None
    child: UUID | None = None
    kind: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    entry: UUID | None = None


class AuditRead(Fact, key="read_id"):
    """A data protection officer read the record. Outcome: `shown` or `not_found`."""

    read_id: UUID
    asked: AuditQuestion
    entries: int
    """How many entries were shown."""
