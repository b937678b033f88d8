"""Drafts, over HTTP: read the request, call one command, write the response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field, StrictBool, model_validator

from services.referrals.drafts.commands import Drafts
from services.referrals.drafts.domain import DraftChild, LineShown, OpenDraft
from services.referrals.making.domain.bounds import CONCERN_MAX, CONTACT_MAX, NAME_MAX, NUMBER_MAX, TEXT_MAX
from services.referrals.making.domain.concern import ToMend
from services.referrals.settings import Settings
from shared.contracts.referrals import Kind, ParentsAgree, Urgency
from shared.contracts.referrals.answers import DraftAbout, DraftAnswers, DraftTold, FieldToMend, Receipt
from shared.contracts.referrals.lists import DraftList
from shared.typed import Line, Phone, Text
from shared.web.body import Moment, Tidied, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter(prefix="/drafts")

LINES_MAX = 20
Asking = Annotated[Authenticated[Settings], guard("lead", "headteacher")]


class LineGiven(Tidied):
    """A number to call about the child, as the answer to the search showed it."""

    whose: Line = Field(max_length=NAME_MAX)
    phone: Line = Field(max_length=CONTACT_MAX)
    hours: Line | None = Field(default=None, max_length=CONTACT_MAX)
    out_of_hours: StrictBool = False


class DraftBegun(Tidied):
    """About whom: a child as the search showed it, by `child_id`; or one who is not on the roll, and why."""

    child_id: UUID | None = None
    given_name: Line = Field(max_length=NAME_MAX)
    family_name: Line = Field(max_length=NAME_MAX)
    born: date | None = None
    why_not_on_roll: Text | None = Field(default=None, max_length=TEXT_MAX)
    has_worker: StrictBool = False
    open_case: StrictBool = False
    lines: tuple[LineGiven, ...] = Field(default=(), max_length=LINES_MAX)

    @model_validator(mode="after")
    def _one_way(self) -> DraftBegun:
        if (self.child_id is None) != bool(self.why_not_on_roll):
            raise ValueError("Give either the child's id or why the child is not on the roll")
        return self

    def child(self) -> DraftChild:
        said = self.model_dump(exclude={"child_id", "lines"})
        return DraftChild(**said, lines=tuple(LineShown(**line.model_dump()) for line in self.lines))


class ChildGiven(Tidied):
    """A child who is not on the roll, described anew."""

    given_name: Line = Field(max_length=NAME_MAX)
    family_name: Line = Field(max_length=NAME_MAX)
    born: date | None = None
    why_not_on_roll: Text = Field(max_length=TEXT_MAX)


class AnswersGiven(Tidied):
    """The answers of one page: what is named here replaces what was there, also by null."""

    kind: Kind | None = None
    urgency: Urgency | None = None
    less_urgent: StrictBool = False
    """That it is meant: needed where `urgency` is less than the answer before."""
    called_at: Moment = None
    called_number: Phone | None = Field(default=None, max_length=NUMBER_MAX)
    concern: Text | None = Field(default=None, max_length=CONCERN_MAX)
    child_said: Text | None = Field(default=None, max_length=TEXT_MAX)
    family: Text | None = Field(default=None, max_length=TEXT_MAX)
    parents_know: StrictBool | None = None
    parents_agree: ParentsAgree | None = None
    parents_reason: Text | None = Field(default=None, max_length=TEXT_MAX)
    done_so_far: Text | None = Field(default=None, max_length=TEXT_MAX)
    contact: Line | None = Field(default=None, max_length=CONTACT_MAX)

    def given(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set - {"less_urgent"})


class NothingMore(BaseModel):
    """It is done."""


@asynccontextmanager
async def drafts(asking: Authenticated[Settings]) -> AsyncIterator[Drafts]:
    """The caller's drafts; what is to be mended becomes 422."""
    try:
        async with asking.transaction() as tx:
            yield Drafts(tx, asking.caller, asking.settings)
    except ToMend as wrong:
        raise malformed(wrong.faults) from None


@router.post("", status_code=201)
async def post_draft(begun: DraftBegun, idempotency_key: Annotated[UUID, Header()], asking: Asking) -> DraftTold:
    """Begin to write about a child. The key becomes the draft's id, and the key of the referral that is made of it."""
    async with drafts(asking) as own:
        opened = await own.start(idempotency_key, begun.child_id, begun.child())
    return _shown(opened)


@router.get("")
async def get_drafts(asking: Asking) -> DraftList:
    """The caller's own drafts at the acting school that are not sent."""
    async with drafts(asking) as own:
        listed = await own.listed()
    return DraftList(drafts=[_shown(one) for one in listed])


@router.get("/{draft_id}")
async def get_draft(draft_id: UUID, asking: Asking) -> DraftTold:
    """One of the caller's own at the acting school; any other is not found, in the same words, and that is recorded."""
    async with drafts(asking) as own:
        opened = await own.open(draft_id)
    return _shown(opened)


@router.put("/{draft_id}/answers")
async def put_answers(draft_id: UUID, answers: AnswersGiven, asking: Asking) -> DraftTold:
    """Keep the answers of one page, complete or not; `to_mend` says what is missing."""
    async with drafts(asking) as own:
        opened = await own.answer(draft_id, answers.given(), less_urgent=answers.less_urgent)
    return _shown(opened)


@router.put("/{draft_id}/child")
async def put_child(draft_id: UUID, child: ChildGiven, asking: Asking) -> DraftTold:
    """Correct how the child is described, of a draft about one who is not on the roll."""
    async with drafts(asking) as own:
        opened = await own.describe(draft_id, DraftChild(**child.model_dump()))
    return _shown(opened)


@router.delete("/{draft_id}")
async def delete_draft(draft_id: UUID, asking: Asking) -> NothingMore:
    """Throw it away: nothing of it is kept."""
    async with drafts(asking) as own:
        await own.discard(draft_id)
    return NothingMore()


@router.post("/{draft_id}/sending", status_code=201)
async def post_sending(draft_id: UUID, asking: Asking) -> Receipt:
    """Make a referral of it, once, however often this is asked."""
    async with drafts(asking) as own:
        receipt = await own.send(draft_id)
    return receipt


def _shown(opened: OpenDraft) -> DraftTold:
    draft = opened.draft
    return DraftTold(
        **{name: getattr(opened.row, name) for name in ROW},
        child=DraftAbout.model_validate(draft.child) if draft else None,
        answers=DraftAnswers.model_validate(draft.answers) if draft else None,
        highest=draft.highest if draft else None,
        to_mend=tuple(FieldToMend(where=where, why=why) for where, why in opened.to_mend),
        sent=opened.sent,
    )


ROW: Sequence[str] = ("draft_id", "child_id", "started_at", "saved_at", "expires_at", "version")
