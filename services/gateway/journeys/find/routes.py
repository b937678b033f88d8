"""Find a child: two forms, and the answer, which is rendered from the form that asked and kept nowhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import NoRecord, Refused
from services.gateway.calls.lookup import FoundWorker, Lookup, SearchReply
from services.gateway.frame.forms import Hidden
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.find import journey
from services.gateway.journeys.find.typed import find_by_name, find_by_upn
from services.gateway.words import Fault, Fields, Line
from shared import typed

router = APIRouter(include_in_schema=False)

TITLE = "Find a child on your roll"

CALL_TEAM = ("find/answers/call_team", "Please call {team}")
NO_RECORD = ("find/answers/no_record", "We could not record this check, so we cannot show an answer")
SEVERAL = ("find/answers/several", "More than one child could be meant")
NOT_THE_CHILD = ("find/answers/not_the_child", "Find another way")
NO_WORKER = "Answer: has an open case, but no worker is shown"
ANSWERS: Mapping[str, tuple[str, str]] = {
    "found": ("find/answers/found", "Answer: has an allocated worker"),
    "no_open_case": ("find/answers/no_open_case", "Answer: has no allocated worker"),
    "not_on_roll": ("find/answers/not_on_roll", "No child on your roll matches"),
    "narrow": ("find/answers/narrow", "Too many children match"),
    "call_team": CALL_TEAM,
    "not_current": ("find/answers/not_current", "We cannot be sure right now"),
    "close": ("find/answers/close", "Is this the child you mean?"),
}
"""The page of each outcome, and its title: the heading, without the child's name. An outcome that lookup knows and this
gateway does not yet gets the telephone route."""

FIELD_OF = {"/upn": "upn", "/given_name": "given_name", "/family_name": "family_name", "/born": "born-day"}
"""Where on the page a field of lookup's is mended."""
KEPT = ("by", "given_name", "family_name", "born-day", "born-month", "born-year", "purpose", "reason")
"""What a form that asked by name is filled in with again."""


class CloseShown(Hidden):
    """A close match that a page shows: which search showed it, what was asked, and the form as it was filled in."""

    sealed_as = "CloseShown"

    search_id: UUID
    question: dict[str, str]
    typed: dict[str, str]


@router.get(journey.start)
async def get_find(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("find/form", TITLE)


@router.post(journey.start)
async def post_find(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    by_name = visit.fields.get("by") == "name"
    ask, faults = find_by_name(visit.fields) if by_name else find_by_upn(visit.fields)
    return visit.again("find/form", TITLE, faults) if faults else await _search(visit, ask)


@router.post(f"{journey.start}/close")
async def post_close(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """Whether the child that was shown is the one that is meant. If it is, the same is asked again, confirmed."""
    shown = visit.forms.open(visit.holder, CloseShown, visit.fields.get("shown", ""), visit.now)
    was = replace(visit, fields=shown.typed)
    if visit.fields.get("is") != "yes":
        return was.again(*NOT_THE_CHILD, [], 200)
    return await _search(was, {**shown.question, "confirms": str(shown.search_id)})


async def _search(visit: Visit, ask: Mapping[str, Any]) -> Response:
    try:
        answer = await Lookup(visit.behalf).search(ask)
    except NoRecord:
        return not_recorded(visit)
    except Refused as refused:
        return visit.again("find/form", TITLE, _to_mend(refused))
    return _answered(visit, answer, ask)


def not_recorded(visit: Visit) -> Response:
    return visit.show(*NO_RECORD, 503)


def over(visit: Visit, why: str) -> Response:
    """The form was of another school or sign-in: nothing was asked, and what was typed is there to be sent again."""
    return visit.again("find/form", TITLE, [], 403, over=why, problem=True)


def _asked(fields: Fields, ask: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, beside what the record says: the two may differ in spelling."""
    return {"upn": typed.line(fields["upn"])} if "upn" in ask else dict(ask)


def _answered(visit: Visit, answer: SearchReply, ask: Mapping[str, Any]) -> Response:
    template, title = _page(answer)
    asked = _asked(visit.fields, ask)
    context: dict[str, Any] = {"answer": answer, "asked": asked, "duty": _duty_lines(answer), "values": visit.fields}
    if answer.child is not None:
        sealed = _close(visit, answer, ask) if answer.outcome == "close" else _about(answer, visit)
        context["about"] = visit.forms.seal(visit.holder, sealed, visit.now)
    return visit.show(template, title.format(team=visit.settings.team), **context)


def _page(answer: SearchReply) -> tuple[str, str]:
    """The page of an answer, and its title."""
    if answer.outcome in ("found", "no_open_case", "close") and answer.child is None:
        return CALL_TEAM
    if answer.outcome == "narrow" and answer.tells_apart:
        return SEVERAL
    template, title = ANSWERS.get(answer.outcome, CALL_TEAM)
    return template, NO_WORKER if answer.outcome == "found" and not answer.workers else title


def _close(visit: Visit, answer: SearchReply, ask: Mapping[str, Any]) -> CloseShown:
    """What the form that confirms a close match carries."""
    question = {name: value for name, value in ask.items() if name != "confirms"}
    kept = {name: visit.fields.get(name, "") for name in KEPT}
    return CloseShown(search_id=answer.search_id, question=question, typed=kept)


def _about(answer: SearchReply, visit: Visit) -> About:
    """What the concern's pages need of the answer: which child, and whom to call."""
    assert answer.child is not None
    worker_lines = [line for worker in answer.workers if (line := _line(worker))]
    lines = (*worker_lines, *_duty_lines(answer))
    open_case = answer.outcome == "found"
    return About(**answer.child.model_dump(), has_worker=bool(answer.workers), open_case=open_case, lines=lines)


def _duty_lines(answer: SearchReply) -> list[Line]:
    """The numbers of the child's own team, if the answer names one."""
    duty = answer.duty
    if duty is None:
        return []
    lines = [Line(whose=f"{duty.team} duty line", phone=duty.phone, hours=duty.hours)]
    if duty.out_of_hours_phone:
        lines.append(Line(whose=f"{duty.team}, out of hours", phone=duty.out_of_hours_phone, out_of_hours=True))
    return lines


def _line(worker: FoundWorker) -> Line | None:
    if worker.callable and worker.phone:
        return Line(whose=worker.name, phone=worker.phone)
    if worker.duty_phone:
        return Line(whose=f"{worker.team or 'The team'} duty line", phone=worker.duty_phone, hours=worker.duty_hours)
    return None


def _to_mend(refused: Refused) -> list[Fault]:
    """Lookup's own words for what is wrong, beside the field that they are about."""
    faults = [(FIELD_OF.get(where, ""), why) for where, why in refused.errors if why]
    return faults or [("", "This search could not be made. Check what you typed")]
