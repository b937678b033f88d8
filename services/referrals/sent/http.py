"""What a school has sent, over HTTP: read the request, call one command, write the response."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.referrals.making.domain.referral import Sender
from services.referrals.references import Reference, tidied
from services.referrals.sent import commands
from services.referrals.sent.domain import SentLine, SentPage, SentReferral, Stands
from services.referrals.settings import Settings
from shared.contracts.referrals.answers import ConcernTold
from shared.contracts.referrals.lists import SentChild, SentInFull, SentList, SentOne
from shared.typed import Text
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()

BySchool = Annotated[Authenticated[Settings], guard("lead", "headteacher")]
ANSWER_MAX = 4000
DAYS_MAX = 3660


class AnswerGiven(Body):
    """`question`: its place in the history, as the page had it."""

    question: int = Field(ge=1, le=2**31 - 1)
    words: Text = Field(min_length=1, max_length=ANSWER_MAX)


@router.get("/sent")
async def get_sent_list(
    asking: BySchool,
    child_id: Annotated[UUID | None, Query()] = None,
    days: Annotated[int | None, Query(ge=1, le=DAYS_MAX)] = None,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> SentList:
    """What the acting school has sent, by whomever of it. `after`: the reference after which the page begins."""
    place = None if after is None else tidied(after, "after", "query")
    async with asking.transaction() as tx:
        page = await commands.list_sent(tx, asking.caller, child_id, days, place)
    return _page(page)


@router.get("/sent/{reference}")
async def get_sent(asking: BySchool, reference: Reference) -> SentInFull:
    """One referral of the acting school: what was sent, and what the council tells the school of it. Recorded."""
    async with asking.transaction() as tx:
        sent = await commands.read_sent(tx, asking.caller, reference, asking.settings.freshness_limit)
    return _in_full(sent)


@router.post("/sent/{reference}/answer", status_code=204)
async def post_answer(asking: BySchool, reference: Reference, said: AnswerGiven) -> Response:
    """Answer what the council asked."""
    async with asking.transaction() as tx:
        await commands.answer(tx, asking.caller, reference, said.question, said.words)
    return Response(status_code=204)


def _page(page: SentPage) -> SentList:
    sent = tuple(SentOne(**_line(line)) for line in page.lines)
    return SentList(sent=sent, more=page.more, asked=page.asked)


AS_IT_IS = ("referral_id", "reference", "made_at", "due_at")
"""What is shown of a referral by its name and unchanged, in the list and in full."""


def _line(line: SentLine) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in (*AS_IT_IS, "kind", "gate", "urgency")}
    return {**told, **_sender(line.sender), **_stands(line.stands), "child": _child(line.child)}


def _child(child: Any) -> SentChild | None:
    return SentChild.model_validate(child) if child else None


def _sender(sender: Sender) -> dict[str, Any]:
    return {"sender_name": sender.name, "sender_role": sender.role}


def _stands(stands: Stands) -> dict[str, Any]:
    handling = stands.handling
    said = ("standing", "acknowledged_at", "taken_at", "overdue_at", "decided_at", "decision")
    return {
        **{name: getattr(handling, name) for name in said},
        "acknowledged_by_name": stands.acknowledged_by,
        "taken_by_name": stands.taken_by,
        "decided_by_name": stands.decided_by,
        "asked": handling.standing == "asked",
    }


def _in_full(sent: SentReferral) -> SentInFull:
    referral, concern = sent.referral, sent.referral.concern
    return SentInFull(
        **{name: getattr(referral, name) for name in AS_IT_IS},
        **_sender(referral.sender),
        **_stands(sent.stands),
        child=_child(referral.child),
        kind=concern.kind,
        gate=concern.gate,
        urgency=concern.urgency,
        school=referral.school,
        school_name=referral.sender.school_name,
        written=ConcernTold.model_validate(concern),
        steps=sent.steps,
    )
