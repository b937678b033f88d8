"""Send a concern or update: the gate, the telephone pages, one form, the check, the confirmation.

The child and what is written travel in a sealed field of each page, so that two tabs never mix two children and
nothing about either is ever in an address. No step but the last tells any other service anything.
"""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway import domain
from services.gateway.answers import Made
from services.gateway.clients import Away, NoRecord, Refused
from services.gateway.domain import About, Draft, Fault
from services.gateway.forms import FormOver
from services.gateway.http.visit import Visit, sent

router = APIRouter(prefix="/concern", include_in_schema=False)

WRITERS = ("lead", "headteacher")
SERVICE = "Send a concern or update"
"""The title's first words on pages whose heading names the child."""
TITLE_FORM, TITLE_CHECK, TITLE_CALLED = "What do you want to tell us?", "Check your answers", "About your call"
TITLE_DANGER = "Is the child in danger now?"

DANGERS = {"immediate": "concern/call_999", "significant": "concern/call_team", "urgent": "concern/call_worker"}
TITLES = {"immediate": "Call 999 now", "significant": "Call the team", "urgent": "Call the child's worker"}


@router.post("")
async def post_start(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    """From an answer to the gate. The key is made here: whatever is sent from this page on is sent once."""
    about = visit.forms.open(visit.holder, About, visit.fields.get("about", ""), visit.now)
    return _gate(visit, Draft(about=about, key=uuid4()))


@router.post("/gate")
async def post_gate(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    draft, danger = _draft(visit), visit.fields.get("danger", "")
    if visit.fields.get("to") == "back":
        return _gate(visit, draft)
    if danger == "no":
        told = {"danger": danger, "gate": "not_urgent", "called_at": None, "called_number": None}
        return _form(visit, draft.model_copy(update=told))
    if danger not in DANGERS or (danger == "urgent" and not draft.about.has_worker):
        return _gate(visit, draft, [("danger", "Choose if the child is in danger now")])
    gate = "worker_told" if danger == "urgent" else "telephoned"
    draft = draft.model_copy(update={"danger": danger, "gate": gate})
    return visit.show(DANGERS[danger], TITLES[danger], **_carried(visit, draft))


@router.post("/called")
async def post_called(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    """Asks when and which number; or, with the answers, goes on to the form."""
    draft = _draft(visit)
    if "called_number" not in visit.fields:
        return visit.show("concern/called", TITLE_CALLED, values=_call_before(draft), **_carried(visit, draft))
    at, number, faults = domain.called(visit.fields, visit.now)
    if faults:
        return visit.again("concern/called", TITLE_CALLED, faults, **_carried(visit, draft))
    return _form(visit, draft.model_copy(update={"called_at": at, "called_number": number}))


@router.post("/check")
async def post_check(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    draft, typed = _written(visit), domain.typed_of(visit.fields)
    draft = draft.model_copy(update={"typed": typed})
    faults = domain.mend_concern(typed)
    return _form(visit, draft, faults) if faults else _check(visit, draft)


@router.post("/change")
async def post_change(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    """From the check back to the form, with everything that was written."""
    return _form(visit, _written(visit))


@router.post("/send")
async def post_send(visit: Annotated[Visit, sent(*WRITERS)]) -> Response:
    draft = _written(visit)
    if visit.fields.get("confirm") != "yes":
        return _check(visit, draft, [("confirm", "Confirm that this is correct to send it")])
    try:
        made = await visit.services.make_referral(visit.session, draft.key, domain.referral(draft))
    except (NoRecord, Away):
        return _check(visit, draft, [], 503, not_sent=True)
    except Refused as refused:
        return _refused(visit, draft, refused)
    return _sent(visit, draft, made)


def _refused(visit: Visit, draft: Draft, refused: Refused) -> Response:
    if refused.kind == "key-reused":
        # Sent before with other words: what was sent stands, and this is offered as a concern of its own.
        return _form(visit, draft.model_copy(update={"key": uuid4()}), [], sent_before=True)
    if refused.kind == "not-on-roll":
        return visit.show("concern/not_on_roll", SERVICE, 403, draft=draft)
    if refused.status == 422:
        return _form(visit, draft, [(_field_of(where), why) for where, why in refused.errors] or [("", UNREADABLE)])
    raise refused


UNREADABLE = "This could not be sent. Check what you typed"


def _field_of(where: str) -> str:
    name = where.removeprefix("/")
    return name if name in domain.TYPED else ""


def _sent(visit: Visit, draft: Draft, made: Made) -> Response:
    return visit.show("concern/sent", "Sent", draft=draft, made=made)


def _draft(visit: Visit) -> Draft:
    return visit.forms.open(visit.holder, Draft, visit.fields.get("draft", ""), visit.now)


def _written(visit: Visit) -> Draft:
    """A draft that has passed the gate: who called has said when and whom."""
    draft = _draft(visit)
    if draft.gate is None or (draft.gate != "not_urgent" and draft.called_at is None):
        raise FormOver
    return draft


def _carried(visit: Visit, draft: Draft) -> dict[str, Any]:
    return {"draft": draft, "sealed": visit.forms.seal(visit.holder, draft, visit.now)}


def _gate(visit: Visit, draft: Draft, faults: list[Fault] | None = None) -> Response:
    status = 422 if faults else 200
    return visit.show("concern/gate", TITLE_DANGER, status, faults=faults or [], **_carried(visit, draft))


def _form(visit: Visit, draft: Draft, faults: list[Fault] | None = None, *, sent_before: bool = False) -> Response:
    person = visit.person
    reach = {"contact": f"{person.name}, {person.email}"} if person and not draft.typed else {}
    context = {
        "faults": faults or [],
        "values": {**reach, **draft.typed},
        "sent_before": sent_before,
        "problem": sent_before,
    }
    return visit.show("concern/form", TITLE_FORM, 422 if faults else 200, **context, **_carried(visit, draft))


def _check(
    visit: Visit, draft: Draft, faults: list[Fault] | None = None, status: int | None = None, *, not_sent: bool = False
) -> Response:
    told = status or (422 if faults else 200)
    context = {"faults": faults or [], "not_sent": not_sent, "problem": not_sent, **_carried(visit, draft)}
    return visit.show("concern/check", TITLE_CHECK, told, **context)


def _call_before(draft: Draft) -> dict[str, str]:
    """What was said of the call before, if the person has come back to it."""
    at = draft.called_at.astimezone(domain.LONDON) if draft.called_at else None
    if at is None:
        return {}
    return {
        "called-day": str(at.day), "called-month": str(at.month), "called-year": str(at.year),
        "called-time": f"{at:%H:%M}", "called_number": draft.called_number or "",
    }  # fmt: skip
