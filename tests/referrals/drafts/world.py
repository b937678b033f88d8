"""A lead who writes a draft, over the service's front door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.web.tokens import Caller
from tests.referrals.world import MIRA, WORDS, Referrals

ABOUT = {
    "child_id": str(MIRA.child_id), "given_name": MIRA.given_name, "family_name": MIRA.family_name,
    "born": MIRA.born.isoformat(), "has_worker": True, "open_case": True,
    "lines": [{"whose": "Rowan Achterberg", "phone": "01632 960222"}],
}  # fmt: skip
"""MIRA, as a search showed her."""
DESCRIBED = {
    "given_name": "Canary", "family_name": "Thistle", "born": None,
    "why_not_on_roll": "Mira's brother, who is not at school yet",
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "urgency": "not_urgent", "kind": "concern", "concern": WORDS, "child_said": "", "family": "Canary, a brother",
    "parents_know": True, "parents_agree": "agreed", "done_so_far": "We spoke with her father.",
    "contact": "01632 960444, Aisha",
}  # fmt: skip
"""All that must be answered."""
CALL = {"called_at": datetime.now(UTC).isoformat(), "called_number": "01632 960111"}


@dataclass
class Writer:
    """The lead, or whoever else `who` is."""

    referrals: Referrals
    who: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.who = self.referrals.who

    async def ask(self, method: str, path: str, who: Caller | None = None, **said: Any) -> httpx.Response:
        headers = {**self.referrals.web.bearer(who or self.who), **said.pop("headers", {})}
        return await self.referrals.web.client.request(method, path, headers=headers, **said)

    async def begin(self, key: UUID | None = None, who: Caller | None = None, **about: Any) -> httpx.Response:
        headers = {"idempotency-key": str(key or uuid4())}
        return await self.ask("POST", "/drafts", who, json=about or ABOUT, headers=headers)

    async def begun(self, **about: Any) -> str:
        """The id of a new draft."""
        response = await self.begin(**about)
        assert response.status_code == 201, response.text
        return str(response.json()["draft_id"])

    async def answer(self, draft: str, **answers: Any) -> httpx.Response:
        return await self.ask("PUT", f"/drafts/{draft}/answers", json=answers)

    async def answered(self, draft: str, **answers: Any) -> dict[str, Any]:
        response = await self.answer(draft, **answers)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    async def written(self, **about: Any) -> str:
        """The id of a draft with all that it needs."""
        draft = await self.begun(**about)
        assert (await self.answered(draft, **ANSWERS))["to_mend"] == []
        return draft

    async def read(self, draft: str, who: Caller | None = None) -> httpx.Response:
        return await self.ask("GET", f"/drafts/{draft}", who)

    async def send(self, draft: str, who: Caller | None = None) -> httpx.Response:
        return await self.ask("POST", f"/drafts/{draft}/sending", who)

    async def sent(self, draft: str) -> dict[str, Any]:
        """The receipt."""
        response = await self.send(draft)
        assert response.status_code == 201, response.text
        told: dict[str, Any] = response.json()
        return told

    async def outcomes(self) -> list[str]:
        return [f"{fact['type']} {fact['outcome']}" for fact in await self.referrals.facts()]
