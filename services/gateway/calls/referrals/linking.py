"""Linking: the child whom a school could only describe is looked for in the council's records."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.gateway.calls.http import Client, Nothing
from services.gateway.calls.referrals import at
from shared.contracts.referrals import ReferralLinked
from shared.contracts.referrals.lists import CandidatesFound, LinkedReferral

SOUGHT_NAME_MAX, SOUGHT_UPN_MAX = 200, 40
"""Characters that may be asked for; docs/openapi/referrals.json has the same."""


class Links(Client, service=ReferralLinked.owner):
    """Each raises Refused: referral-not-found, or 422, mistyped."""

    async def read(self, reference: str) -> LinkedReferral:
        return await self.ask(LinkedReferral, "GET", at(reference, "/link"))

    async def candidates(self, reference: str, sought: Mapping[str, Any]) -> CandidatesFound:
        """`sought`: `upn`; or `given_name`, `family_name` and `born`. Raises Refused: 422 with what to mend."""
        return await self.ask(CandidatesFound, "POST", at(reference, "/candidates"), json=sought)

    async def link(self, reference: str, version: int, child_id: UUID | None) -> None:
        """None takes back what was linked. Raises Refused: linking-refused."""
        asked = {"version": version, "child_id": str(child_id) if child_id else None}
        await self.ask(Nothing, "POST", at(reference, "/link"), json=asked)
