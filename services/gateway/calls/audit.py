"""Audit: the record of who did what, which records each reading of it too."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.gateway.calls.http import Client, Reply
from shared.contracts.audit import AuditRead

TERM_MAX = 200
"""Characters that each field of a question may have; docs/openapi/audit.json has the same."""


class RecordedActor(Reply):
    id: UUID
    name: str | None = None
    role: str | None = None


class RecordedSchool(Reply):
    urn: str
    name: str | None = None


class RecordedChild(Reply):
    """As it was known when the entry was recorded; `now` is its name as it is known now."""

    child_id: UUID
    name: str | None = None
    born: date | None = None
    now: str | None = None


class RecordedEntry(Reply):
    """One line of the audit record."""

    entry_id: UUID
    at: datetime
    recorded_at: datetime | None = None
    kind: str
    known: bool = True
    actor: RecordedActor | None = None
    school: RecordedSchool | None = None
    agreement: str | None = None
    agreement_named: str | None = None
    agreement_since: datetime | None = None
    children: tuple[RecordedChild, ...] = ()
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID
    body: dict[str, Any] = Field(default_factory=dict)


class EntriesPage(Reply):
    """Some of the entries asked for, newest first; `next` and `previous` are cursors of the pages beside this one."""

    entries: list[RecordedEntry]
    next: str | None = None
    previous: str | None = None


class EntryInFull(Reply):
    """One entry, all of the same act, and what the ids in its body are called."""

    entry: RecordedEntry
    same_act: tuple[RecordedEntry, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)


class Audit(Client, service=AuditRead.owner):
    async def entries(self, question: Mapping[str, Any]) -> EntriesPage:
        """Raises Refused, NoRecord."""
        return await self.ask(EntriesPage, "POST", "/readings", json=question)

    async def entry(self, entry_id: UUID) -> EntryInFull:
        """Raises Refused: entry-not-found; NoRecord."""
        return await self.ask(EntryInFull, "POST", "/readings/entry", json={"entry_id": str(entry_id)})
