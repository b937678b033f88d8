"""Send a concern or update: the gate, the telephone pages, one form, the check, the confirmation.

The child and what is written travel in a sealed field of each page, so that two tabs never mix two children and
nothing about either is ever in an address. No step but the last tells any other service anything.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls import referrals
from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.referrals import Referrals
from services.gateway.frame.forms import FormOver
from services.gateway.frame.guards import sent
from services.gateway.frame.visit import Visit
from services.gateway.journeys.concern import journey, typed
from services.gateway.journeys.concern.draft import Draft, asked
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.urgency import higher, read_urgency
from services.gateway.settings import BODY_MAX_BYTES
from services.gateway.words import Fault
from shared.contracts.referrals import Urgency

router = APIRouter(prefix=journey.start, include_in_schema=False)

SERVICE = "Send a concern or update"
"""The title's first words on pages whose heading names the child."""
TITLE_FORM, TITLE_CHECK, TITLE_CALLED = "What do you want to tell us?", "Check your answers", "About your call"
TITLE_DANGER, TITLE_LOWER = "Is the child in danger now?", "Are you sure that it is less urgent?"

CALLS: Mapping[str, tuple[str, str]] = {
    "immediate": ("concern/call_999", "Call 999 now"),
    "significant": ("concern/call_team", "Call the team"),
    "urgent": ("concern/call_worker", "Call the child's worker"),
}
"""The telephone page of each urgent answer, and its title."""
CHOOSE, CHOOSE_SURE = "Choose if the child is in danger now", "Choose if it is less urgent now"
UNREADABLE = "This could not be sent. Check what you typed"
CARRIED_BYTES = 64 * 1024
"""What a form brings beside its words: its draft, its proof, what parts it."""
FIELD_OF = {"/called_at": "called-day", "/called_number": "called_number"}
"""Where on the page about the call a field of referrals' is mended."""


@router.post("")
async def post_start(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """From an answer to the gate. The key is made here: whatever is sent from this page on is sent once."""
    about = visit.forms.open(visit.holder, About, visit.fields.get("about", ""), visit.now)
    return _gate(visit, Draft(about=about, key=uuid4()))


@router.post("/gate")
async def post_gate(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """The gate's answer. One that is lower than the answer before is asked for again: `sure` says yes or no."""
    draft = _draft(visit)
    if visit.fields.get("to") == "back":
        return _gate(visit, draft)
    urgency = read_urgency(visit.fields.get("danger", ""), draft.about.has_worker)
    if urgency is None:
        return _gate(visit, draft, [("danger", CHOOSE)])
    before, sure = draft.urgency, visit.fields.get("sure")
    if before and higher(before, urgency) and sure != "yes":
        return _onward(visit, draft) if sure == "no" else _lower(visit, draft, urgency)
    return _onward(visit, draft.answered(urgency))


def _onward(visit: Visit, draft: Draft) -> Response:
    """Past the gate: to the form, or to the telephone first."""
    if draft.urgency is None or draft.urgency == "not_urgent":
        return _form(visit, draft)
    template, title = CALLS[draft.urgency]
    own = draft.about.lines if draft.urgency == "urgent" else ()
    return visit.show(template, title, lines=visit.settings.lines(visit.now, own), **_carried(visit, draft))


def _lower(visit: Visit, draft: Draft, urgency: Urgency) -> Response:
    asked: list[Fault] = [("sure", CHOOSE_SURE)] if visit.fields.get("asked") else []
    return visit.show("concern/lower", TITLE_LOWER, now_said=urgency, faults=asked, **_carried(visit, draft))


@router.post("/called")
async def post_called(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """Asks when and which number; or, with the answers, goes on to the form. Lowered since, a call stays a call."""
    draft = _draft(visit)
    if draft.urgency not in CALLS and draft.called_at is None:
        raise FormOver
    if "called_number" not in visit.fields or visit.fields.get("to") == "back":
        return _called(visit, draft)
    at, number, faults = typed.called(visit.fields, visit.now)
    if faults:
        return _called(visit, draft, faults)
    return _form(visit, draft.model_copy(update={"called_at": at, "called_number": number}))


def _called(visit: Visit, draft: Draft, faults: Sequence[Fault] = ()) -> Response:
    context = {"faults": faults, "values": draft.call, **_carried(visit, draft)}
    first = visit.settings.lines(visit.now, draft.about.lines if draft.urgency == "urgent" else ())[0].phone
    number = "999" if draft.urgency == "immediate" else first
    return visit.show("concern/called", TITLE_CALLED, number=number, **context)


@router.post("/check")
async def post_check(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    draft = _written(visit)
    cut = typed.cut_of(visit.fields)
    names = {name for name, _ in cut}
    faults = [fault for fault in typed.mend_concern(draft.typed) if fault[0] not in names] + cut
    return _form(visit, draft, faults) if faults else _check(visit, draft)


@router.post("/change")
async def post_change(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """From the check back to the form, with everything that was written."""
    return _form(visit, _written(visit))


@router.post("/send")
async def post_send(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    draft = _written(visit)
    if faults := typed.mend_concern(draft.typed):
        return _form(visit, draft, faults)
    if visit.fields.get("confirm") != "yes":
        return _check(visit, draft, [("confirm", "Confirm that this is correct to send it")])
    try:
        made = await Referrals(visit.behalf).make(draft.key, asked(draft))
    except (NoRecord, Away):
        return _check(visit, draft, not_sent=True)
    except Refused as refused:
        return _refused(visit, draft, refused)
    return visit.show("concern/sent", "Sent", draft=draft, made=made)


def _refused(visit: Visit, draft: Draft, refused: Refused) -> Response:
    """No page of these loses a word of what was written."""
    if refused.kind == "key-reused":
        # Sent before with other words: what was sent stands, and this is offered as a concern of its own.
        return _form(visit, draft.model_copy(update={"key": uuid4()}), sent_before=True)
    if refused.kind == "not-on-roll":
        return visit.show("concern/not_on_roll", SERVICE, 403, **_carried(visit, draft))
    if refused.status != 422:
        raise refused
    if calls := [(FIELD_OF[where], why) for where, why in refused.errors if where in FIELD_OF]:
        return _called(visit, draft, calls)
    return _form(visit, draft, [(_field_of(where), why) for where, why in refused.errors] or [("", UNREADABLE)])


def _field_of(where: str) -> str:
    name = where.removeprefix("/")
    return name if name in typed.TYPED else ""


def _draft(visit: Visit) -> Draft:
    """The draft that the page carried, with what was typed on that page, whichever button of it was pressed."""
    draft = visit.forms.open(visit.holder, Draft, visit.fields.get("draft", ""), visit.now)
    if "concern" in visit.fields:
        draft = draft.model_copy(update={"typed": typed.typed_of(visit.fields)})
    if "called_number" in visit.fields:
        draft = draft.model_copy(update={"call": typed.call_of(visit.fields)})
    return draft


def _written(visit: Visit) -> Draft:
    """A draft that has passed the gate: who called has said when and whom."""
    draft = _draft(visit)
    if not draft.past_the_gate:
        raise FormOver
    return draft


def _carried(visit: Visit, draft: Draft) -> dict[str, Any]:
    return {"draft": draft, "sealed": visit.forms.seal(visit.holder, draft, visit.now)}


def _gate(visit: Visit, draft: Draft, faults: Sequence[Fault] = ()) -> Response:
    return visit.show("concern/gate", TITLE_DANGER, faults=faults, **_carried(visit, draft))


def _form(visit: Visit, draft: Draft, faults: Sequence[Fault] = (), *, sent_before: bool = False) -> Response:
    """The form carries its words itself: sealed they would travel twice."""
    person = visit.person
    reach = {"contact": f"{person.name}, {person.email}"} if person and not draft.typed else {}
    context = {
        "values": {**reach, **draft.typed},
        "bounds": referrals,
        "sent_before": sent_before,
        "problem": sent_before,
        "most_bytes": BODY_MAX_BYTES - CARRIED_BYTES,
        **_carried(visit, draft.model_copy(update={"typed": {}})),
    }
    return visit.show("concern/form", TITLE_FORM, faults=faults, **context)


def _check(visit: Visit, draft: Draft, faults: Sequence[Fault] = (), *, not_sent: bool = False) -> Response:
    context = {"faults": faults, "not_sent": not_sent, "problem": not_sent, **_carried(visit, draft)}
    return visit.show("concern/check", TITLE_CHECK, 503 if not_sent else None, **context)
