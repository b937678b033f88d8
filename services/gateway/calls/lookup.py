"""Lookup: whether a child has a worker, and how to reach them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator

from services.gateway import words
from services.gateway.calls.http import Client, Reply
from shared.contracts.lookup import SearchMade

NAME_MAX, UPN_MAX, REASON_MAX = 100, 40, 200
"""Characters that a question may have; docs/openapi/lookup.json has the same."""

Hours = Annotated[str, AfterValidator(words.hours)]
"""When a team answers, written one way whatever the source writes."""


class FoundWorker(Reply):
    """`callable` False: not to be called now; the duty line is."""

    name: str
    role: str
    lead: bool = False
    team: str | None = None
    phone: str | None = None
    email: str | None = None
    duty_phone: str | None = None
    duty_hours: Hours | None = None
    callable: bool = False


class FoundChild(Reply):
    child_id: UUID
    given_name: str
    family_name: str
    born: date


class DutyTeam(Reply):
    """The child's own team, where nobody of it is to be called by name."""

    team: str
    phone: str
    hours: Hours
    out_of_hours_phone: str | None = None


class SearchReply(Reply):
    """The answer to one question."""

    outcome: str
    search_id: UUID
    as_of: datetime | None = None
    child: FoundChild | None = None
    workers: tuple[FoundWorker, ...] = ()
    duty: DutyTeam | None = None
    differs: tuple[str, ...] = ()
    """In what the child is not as it was typed: given_name, family_name, born, swapped."""
    tells_apart: tuple[str, ...] = ()
    """What to add or to check, where several may be meant: upn, given_name, family_name, born."""


class Lookup(Client, service=SearchMade.owner):
    async def search(self, question: Mapping[str, Any]) -> SearchReply:
        """`born` as words.typed_birth gives it; `confirms`: the search whose close match is the child.

        Raises Refused (422: what to mend), NoRecord.
        """
        return await self.ask(SearchReply, "POST", "/searches", json=question)
