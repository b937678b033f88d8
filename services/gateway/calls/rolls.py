"""Lookup: the children of a school's roll who have an allocated worker, as a list."""

from collections.abc import Mapping
from datetime import date, datetime

from services.gateway.calls.http import Client, Reply
from shared.contracts.lookup import RollListed

LIST_REASON_MAX = 200
"""Characters that a reason may have; docs/openapi/lookup.json has the same."""


class ListedReply(Reply):
    given_name: str
    family_name: str
    born: date


class RollListReply(Reply):
    """A page of it. `current` False: nothing is told. `next`: what to ask for after it; None: there are no more."""

    as_of: datetime | None = None
    current: bool
    children: tuple[ListedReply, ...] = ()
    next: str | None = None


class Rolls(Client, service=RollListed.owner):
    async def listed(self, why: Mapping[str, str], after: str) -> RollListReply:
        """`why`: purpose and reason. Raises Refused: not-agreed, or 422, what to mend; NoRecord."""
        return await self.ask(RollListReply, "POST", "/roll-lists", json={**why, "after": after})
