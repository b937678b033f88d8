"""A school looks at what it has sent, and answers what the council asks. Each look is recorded before it is shown."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.sent import ANSWER_MAX, Sent, SentWhole
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.sent import journey
from services.gateway.journeys.sent.typed import QuestionOfPage, answer_of, mend_answer
from services.gateway.words import Fault

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE, TITLE_ONE = "Concerns we have sent", "A concern we have sent"
NOT_TAKEN = (
    "Children's services are not waiting for this answer any more: somebody has answered, they ask something else now, "
    "or they have decided. What you typed has not been sent"
)


@router.get("")
async def get_sent_list(
    visit: Annotated[Visit, signed_in(*journey.roles)], after: Annotated[str, Query()] = ""
) -> Response:
    try:
        found = await Sent(visit.behalf).page(after or None)
    except Refused as refused:
        return _not_found(visit, refused)
    return visit.show("sent/list", TITLE, found=found, first=not after)


@router.get("/{reference}")
async def get_sent(
    visit: Annotated[Visit, signed_in(*journey.roles)], reference: str, done: Annotated[str, Query()] = ""
) -> Response:
    try:
        one = await Sent(visit.behalf).open(reference)
    except Refused as refused:
        return _not_found(visit, refused)
    return _show(visit, one, values={}, done=done == "answered")


@router.post("/{reference}/answer")
async def post_answer(visit: Annotated[Visit, sent(*journey.roles)], reference: str) -> Response:
    """The page once more, with what was typed, where it cannot be taken."""
    asked = visit.forms.open(visit.holder, QuestionOfPage, visit.fields.get("asked", ""), visit.now)
    answer = answer_of(visit.fields)
    try:
        faults = mend_answer(answer, visit.left_out) or await _answered(visit, asked, answer)
        if not faults:
            return go(f"{journey.start}/{asked.reference}?done=answered")
        one = await Sent(visit.behalf).open(asked.reference)
    except Refused as refused:
        return _not_found(visit, refused)
    return _show(visit, one, status=422, values={"answer": answer}, faults=faults)


async def _answered(visit: Visit, asked: QuestionOfPage, answer: str) -> list[Fault]:
    """Send it; what to mend, or why it is not taken any more, where it was not. Raises Refused: there is none."""
    try:
        await Sent(visit.behalf).answer(asked.reference, asked.question, answer)
    except Refused as refused:
        if refused.kind == "nothing-asked":
            return [("answer", NOT_TAKEN)]
        if refused.status != 422:
            raise
        return [("answer", why) for _, why in refused.errors[:1]] or [("answer", "Check your answer")]
    return []


def _show(visit: Visit, one: SentWhole, done: bool = False, **context: Any) -> Response:
    question = one.question
    asked = QuestionOfPage(reference=one.reference, question=question.place) if question else None
    sealed = visit.forms.seal(visit.holder, asked, visit.now) if asked else ""
    shown: dict[str, Any] = {"one": one, "sealed": sealed, "bounds": {"answer": ANSWER_MAX}, "done": done}
    return visit.show("sent/one", TITLE_ONE, **shown, **context)


def _not_found(visit: Visit, refused: Refused) -> Response:
    """Of another school, of none, or mistyped in the address: the same page."""
    if refused.status not in (404, 422):
        raise refused
    return visit.show("errors/not_found", "Page not found", 404)
