"""Linking: the child whom a school could only describe is looked for in the council's records."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply
from services.gateway.calls.referrals import SendersDescription, at
from shared.contracts.referrals import ReferralLinked

SOUGHT_NAME_MAX, SOUGHT_UPN_MAX = 200, 40
"""Characters that may be asked for; docs/openapi/referrals.json has the same."""


class CandidateChild(Reply):
    """A child of the council's records. `schools`: on whose roll it is today. `differs`: in what it is not as it was
    asked for: given_name, family_name, born, swapped."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    upn: str | None = None
    restricted: bool = False
    schools: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


class LinkedReferral(Reply):
    """`described` None: the school named a child. `child` None where `linked`: the records have it no more."""

    reference: str
    version: int
    decided: bool = False
    described: SendersDescription | None = None
    linked: bool = False
    child: CandidateChild | None = None
    linked_by_name: str | None = None
    linked_at: datetime | None = None


class CandidatesReply(Reply):
    """Who may be meant. `more`: not all are here; `as_of` None: up to when the records are complete is not known."""

    candidates: tuple[CandidateChild, ...]
    more: bool = False
    as_of: datetime | None = None
    current: bool = False


class Links(Client, service=ReferralLinked.owner):
    """Each raises Refused: referral-not-found, or 422, mistyped."""

    async def read(self, reference: str) -> LinkedReferral:
        return await self.ask(LinkedReferral, "GET", at(reference, "/link"))

    async def candidates(self, reference: str, sought: Mapping[str, Any]) -> CandidatesReply:
        """`sought`: `upn`; or `given_name`, `family_name` and `born`. Raises Refused: 422 with what to mend."""
        return await self.ask(CandidatesReply, "POST", at(reference, "/candidates"), json=sought)

    async def link(self, reference: str, version: int, child_id: UUID | None) -> None:
        """None takes back what was linked. Raises Refused: linking-refused."""
        asked = {"version": version, "child_id": str(child_id) if child_id else None}
        await self.ask(Nothing, "POST", at(reference, "/link"), json=asked)
