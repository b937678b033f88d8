"""Audit: the record of who did what, which records each reading of it too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.gateway.calls.http import Client
from shared.contracts.audit import AuditRead, EntriesPage, EntryInFull

TERM_MAX = 200
"""Characters that each field of a question may have; docs/openapi/audit.json has the same."""


class Audit(Client, service=AuditRead.owner):
    async def entries(self, question: Mapping[str, Any]) -> EntriesPage:
        """Raises Refused, NoRecord."""
        return await self.ask(EntriesPage, "POST", "/readings", json=question)

    async def entry(self, entry_id: UUID) -> EntryInFull:
        """Raises Refused: entry-not-found; NoRecord."""
        return await self.ask(EntryInFull, "POST", "/readings/entry", json={"entry_id": str(entry_id)})
