"""Officers at their desks: accounts that referrals knows, what they press, and how a referral stands then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.identity import Account, RoleHeld
from shared.web.access import ACCOUNTS
from shared.web.tokens import Caller
from tests.referrals.world import Referrals
from tests.support.web import caller

PATHS = {
    "take": "taking", "give_back": "giving-back", "reassign": "reassigning", "acknowledge": "acknowledging",
    "ask": "question", "decide": "decision",
}  # fmt: skip
SAID: dict[str, dict[str, Any]] = {
    "ask": {"question": "Who collects her after school?"},
    "decide": {"decision": "assessment", "for_council": "Canary of a reason: bruises.", "for_school": None},
}
"""What is sent with an act, if nothing else is."""


@dataclass
class Officer:
    """A triage officer whose account is known here."""

    referrals: Referrals
    name: str
    who: Caller = field(default_factory=lambda: caller("triage_officer"))

    @property
    def id(self) -> str:
        return str(self.who.account)

    async def starts(self, *roles: RoleHeld, **said: Any) -> Officer:
        held = roles or (RoleHeld(role="triage_officer"),)
        account = Account(**{"revision": 1, "account_id": self.who.account, "name": self.name, "roles": held, **said})
        await self.referrals.keep(account)
        async with self.referrals.transaction() as tx:
            await ACCOUNTS.put(tx, [account])
        return self

    async def act(self, wanted: str, reference: str, version: int | None = None, **said: Any) -> httpx.Response:
        """At this version; None: as it stands at this moment."""
        seen = version if version is not None else (await self.stands(reference))["version"]
        body = {**SAID.get(wanted, {}), "version": seen, **said}
        return await self.referrals.web.post(f"/referrals/{reference}/{PATHS[wanted]}", body, self.who)

    async def did(self, wanted: str, reference: str, **said: Any) -> None:
        response = await self.act(wanted, reference, **said)
        assert response.status_code == 200, response.text

    async def stands(self, reference: str) -> dict[str, Any]:
        """How it stands, with its history."""
        told: dict[str, Any] = (await self.referrals.opened(reference, self.who))["handling"]
        return told

    async def queue(self, **asked: Any) -> dict[str, Any]:
        response = await self.referrals.web.get(f"/queue?{httpx.QueryParams(asked)}", self.who)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told


async def officer(referrals: Referrals, name: str = "Iris Vanterpool", account: UUID | None = None) -> Officer:
    return await Officer(referrals, name, caller("triage_officer", account=account or uuid4())).starts()
