"""Referrals: what a lead has written so far, kept there page by page until it is sent."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.gateway.calls.http import Client, Nothing
from shared.contracts import Answer
from shared.contracts.referrals.answers import DraftTold, Receipt

NAME_MAX = 1000
"""Characters that a described child's names may have; docs/openapi/referrals.json has the same."""


class SavedDraft(DraftTold):
    """A draft as its pages ask about it."""

    def faults(self, fields: Collection[str]) -> list[tuple[str, str]]:
        """What is to be mended in these fields."""
        return [(fault.where, fault.why) for fault in self.to_mend if fault.where in fields]


class SavedDrafts(Answer):
    """The last saved first."""

    drafts: tuple[SavedDraft, ...] = ()


class KeptDrafts(Client, service="referrals"):
    """For a lead or a headteacher: their own drafts at the school that they act for.

    Raises Refused: draft-not-found for any other, or one whose time is over.
    """

    async def begin(self, key: UUID, about: Mapping[str, Any]) -> SavedDraft:
        """Twice under one key is once. Raises Refused: 422 with what to mend."""
        return await self.ask(SavedDraft, "POST", "/drafts", json=about, headers={"idempotency-key": str(key)})

    async def mine(self) -> tuple[SavedDraft, ...]:
        return (await self.ask(SavedDrafts, "GET", "/drafts")).drafts

    async def open(self, draft_id: UUID) -> SavedDraft:
        return await self.ask(SavedDraft, "GET", f"/drafts/{draft_id}")

    async def save(self, draft_id: UUID, answers: Mapping[str, Any]) -> SavedDraft:
        """Raises Refused: already-sent, or 422 with what to mend: /less_urgent, if that must be said too."""
        return await self.ask(SavedDraft, "PUT", f"/drafts/{draft_id}/answers", json=answers)

    async def describe(self, draft_id: UUID, about: Mapping[str, Any]) -> SavedDraft:
        """How the child who is not on the roll is described. Raises Refused: already-sent, or 422 with what to mend."""
        return await self.ask(SavedDraft, "PUT", f"/drafts/{draft_id}/child", json=about)

    async def discard(self, draft_id: UUID) -> None:
        """Raises Refused: already-sent."""
        await self.ask(Nothing, "DELETE", f"/drafts/{draft_id}")

    async def make_referral(self, draft_id: UUID) -> Receipt:
        """Twice is once. Raises Refused: not-on-roll, or 422 with what to mend; NoRecord."""
        return await self.ask(Receipt, "POST", f"/drafts/{draft_id}/sending")
