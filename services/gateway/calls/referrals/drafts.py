"""Referrals: what a lead has written so far, kept there page by page until it is sent."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply
from services.gateway.calls.referrals import SentReferral
from shared.contracts.referrals import Urgency

NAME_MAX = 1000
"""Characters that a described child's names may have; docs/openapi/referrals.json has the same."""


class DraftLine(Reply):
    """A number to call about the child, as the answer to the search showed it."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False


class DraftAbout(Reply):
    """The child that a draft is about; `why_not_on_roll`: one that the lead describes."""

    given_name: str
    family_name: str
    born: date | None = None
    why_not_on_roll: str | None = None
    has_worker: bool = False
    open_case: bool = False
    lines: tuple[DraftLine, ...] = ()


class DraftAnswers(Reply):
    """What is answered so far. None: not yet; an empty text: left out."""

    kind: str | None = None
    urgency: Urgency | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    concern: str | None = None
    child_said: str | None = None
    family: str | None = None
    parents_know: bool | None = None
    parents_agree: str | None = None
    parents_reason: str | None = None
    done_so_far: str | None = None
    contact: str | None = None


class DraftFault(Reply):
    """A field of the answers, and what must be done with it before the draft can be sent."""

    where: str
    why: str


class SavedDraft(Reply):
    """A draft. `child` and `answers` None: it is sent, and its words are in the referral."""

    draft_id: UUID
    child_id: UUID | None = None
    started_at: datetime
    saved_at: datetime
    expires_at: datetime
    child: DraftAbout | None = None
    answers: DraftAnswers | None = None
    highest: Urgency | None = None
    to_mend: tuple[DraftFault, ...] = ()
    sent: SentReferral | None = None

    def faults(self, fields: Collection[str]) -> list[tuple[str, str]]:
        """What is to be mended in these fields."""
        return [(fault.where, fault.why) for fault in self.to_mend if fault.where in fields]


class DraftList(Reply):
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
        return (await self.ask(DraftList, "GET", "/drafts")).drafts

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

    async def make_referral(self, draft_id: UUID) -> SentReferral:
        """Twice is once. Raises Refused: not-on-roll, or 422 with what to mend; NoRecord."""
        return await self.ask(SentReferral, "POST", f"/drafts/{draft_id}/sending")
