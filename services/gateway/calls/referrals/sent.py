"""Referrals: what a school has sent, where each stands, and its answers to the council."""

from urllib.parse import quote, urlencode
from uuid import UUID

from services.gateway.calls.http import Client, Nothing
from shared.contracts.referrals.lists import SentInFull, SentList, SentOne, SentStep

ANSWER_MAX = 4000
"""Characters that an answer may have; docs/openapi/referrals.json has the same."""


class SentWhole(SentInFull):
    """One of them in full."""

    @property
    def question(self) -> SentStep | None:
        """What the council asks now; None: nothing."""
        asked = [step for step in self.steps if step.act == "asked"]
        return asked[-1] if self.asked and asked else None

    @property
    def outcome(self) -> SentStep | None:
        """The step in which it was decided."""
        return next((step for step in reversed(self.steps) if step.act == "decided"), None)

    @property
    def messages(self) -> tuple[SentStep, ...]:
        """What the council asked and the school answered, in order."""
        return tuple(step for step in self.steps if step.act in ("asked", "answered"))


class Sent(Client, service="referrals"):
    """For a lead or a headteacher: of the school that they act for, whoever of it has sent it."""

    async def page(self, after: str | None = None) -> SentList:
        """What the school has sent, or what is older than the one of a reference. Raises Refused: 422, mistyped."""
        return await self.ask(SentList, "GET", f"/sent?{urlencode({'after': after})}" if after else "/sent")

    async def recent(self, child_id: UUID, days: int) -> tuple[SentOne, ...]:
        """What the school has sent about this child in the last days, the newest first."""
        asked = urlencode({"child_id": str(child_id), "days": days})
        return (await self.ask(SentList, "GET", f"/sent?{asked}")).sent

    async def open(self, reference: str) -> SentWhole:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(SentWhole, "GET", f"/sent/{quote(reference, safe='')}")

    async def answer(self, reference: str, question: int, words: str) -> None:
        """Twice the same is once. `question`: its place among the steps. Raises Refused: referral-not-found,
        nothing-asked, or 422 with what to mend."""
        said = {"question": question, "words": words}
        await self.ask(Nothing, "POST", f"/sent/{quote(reference, safe='')}/answer", json=said)
