"""The gate: is the child in danger now? What is urgent is telephoned first; the call is written down with the rest."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.referrals.drafts import SavedDraft
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.concern import journey, pages, typed
from services.gateway.journeys.concern.opening import NotKept, opened, saved
from services.gateway.journeys.concern.pages import address
from services.gateway.journeys.concern.rescue import carried
from services.gateway.journeys.concern.urgency import CALLS, has_urgent, own_lines, read_urgency
from services.gateway.words import LONDON, Fault
from shared.contracts.referrals import Urgency

router = APIRouter(include_in_schema=False)

TITLE_DANGER, TITLE_LOWER = "Is the child in danger now?", "Are you sure that it is less urgent?"
TITLE_CALLED = "About your call"
CHOOSE, CHOOSE_SURE = "Choose if the child is in danger now", "Choose if it is less urgent now"

Reading = Annotated[Visit, signed_in(*journey.roles)]
Sending = Annotated[Visit, sent(*journey.roles)]


def way_in(draft: SavedDraft) -> str:
    """Where a draft waits that may not be written yet: at the gate, or at the telephone."""
    urgency = draft.answers.urgency if draft.answers else None
    return address(draft.draft_id, "call" if urgency in CALLS else "called" if urgency else "danger")


@router.get("/{draft_id}/danger")
async def get_danger(visit: Reading, draft_id: str) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _danger(visit, draft)


@router.post("/{draft_id}/danger")
async def post_danger(visit: Sending, draft_id: str) -> Response:
    """The gate's answer. One that is lower than the answer before is asked for again."""
    urgency = read_urgency(visit.fields.get("danger", ""))
    return await _answered(visit, draft_id, urgency) if urgency else await _unanswered(visit, draft_id)


async def _answered(visit: Visit, draft_id: str, urgency: Urgency, *, less_urgent: bool = False) -> Response:
    try:
        kept = await saved(visit, draft_id, {"urgency": urgency, "less_urgent": less_urgent})
    except NotKept as wrong:
        if [where for where, _ in wrong.faults] == ["less_urgent"]:
            return go(address(draft_id, f"less-urgent/{urgency}"))
        return await _unanswered(visit, draft_id)
    return kept if isinstance(kept, Response) else go(_onward(kept))


async def _unanswered(visit: Visit, draft_id: str) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _danger(visit, draft, [("danger", CHOOSE)])


def _onward(draft: SavedDraft) -> str:
    """Past the gate: to the telephone first, or to the first question that waits."""
    assert draft.answers is not None
    return address(draft.draft_id, "call") if draft.answers.urgency in CALLS else pages.after(draft)


@router.get("/{draft_id}/less-urgent/{urgency}")
async def get_less_urgent(visit: Reading, draft_id: str, urgency: Urgency) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _less_urgent(visit, draft, urgency)


@router.post("/{draft_id}/less-urgent/{urgency}")
async def post_less_urgent(visit: Sending, draft_id: str, urgency: Urgency) -> Response:
    sure = visit.fields.get("sure")
    if sure == "yes":
        return await _answered(visit, draft_id, urgency, less_urgent=True)
    draft = await opened(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    return go(_onward(draft)) if sure == "no" else _less_urgent(visit, draft, urgency, [("sure", CHOOSE_SURE)])


@router.get("/{draft_id}/call")
async def get_call(visit: Reading, draft_id: str) -> Response:
    """Whom to telephone first, the number that answers now before the others."""
    draft = await opened(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    urgency = draft.answers.urgency if draft.answers else None
    if urgency is None or urgency not in CALLS:
        return go(way_in(draft))
    own = own_lines(draft, visit.now)
    lines = visit.settings.lines(visit.now, own or ())
    return visit.show(f"concern/call_{urgency}", CALLS[urgency], draft=draft, lines=lines, too_old=own is None)


@router.get("/{draft_id}/called")
async def get_called(visit: Reading, draft_id: str) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _called(visit, draft, _call_kept(draft))


@router.post("/{draft_id}/called")
async def post_called(visit: Sending, draft_id: str) -> Response:
    """When the school called, and which number. Kept from then on, also where the answer at the gate is lowered."""
    back = visit.fields.get("to") == "back"
    if back and not typed.call_of(visit.fields):
        return go(address(draft_id, "call"))
    at, number, faults = typed.called(visit.fields, visit.now)
    if faults or at is None:
        return await _uncalled(visit, draft_id, faults)
    try:
        kept = await saved(visit, draft_id, {"called_at": at.isoformat(), "called_number": number})
    except NotKept as wrong:
        return await _uncalled(visit, draft_id, pages.on_page(wrong.faults))
    if isinstance(kept, Response):
        return kept
    if left := kept.faults(pages.CALL):
        return _called(visit, kept, typed.call_of(visit.fields), pages.on_page(left))
    return go(way_in(kept) if back else pages.after(kept))


async def _uncalled(visit: Visit, draft_id: str, faults: list[Fault]) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _called(visit, draft, typed.call_of(visit.fields), faults)


def _call_kept(draft: SavedDraft) -> dict[str, str]:
    """What is kept of a call, as it stands in the page's fields."""
    said = draft.answers
    if said is None or said.called_at is None:
        return {}
    at = said.called_at.astimezone(LONDON)
    day = {"called-day": str(at.day), "called-month": str(at.month), "called-year": str(at.year)}
    return {**day, "called-time": f"{at:%H:%M}", "called_number": said.called_number or ""}


def _danger(visit: Visit, draft: SavedDraft, faults: list[Fault] | None = None) -> Response:
    assert draft.child is not None
    context: dict[str, Any] = {"faults": faults or [], "has_urgent": has_urgent(draft.child)}
    return visit.show("concern/danger", TITLE_DANGER, draft=draft, **context)


def _less_urgent(visit: Visit, draft: SavedDraft, urgency: Urgency, faults: list[Fault] | None = None) -> Response:
    context: dict[str, Any] = {"faults": faults or [], "now_said": urgency}
    return visit.show("concern/less_urgent", TITLE_LOWER, draft=draft, **context)


def _called(visit: Visit, draft: SavedDraft, values: dict[str, str], faults: list[Fault] | None = None) -> Response:
    assert draft.answers is not None
    first = visit.settings.lines(visit.now, own_lines(draft, visit.now) or ())[0].phone
    number = "999" if draft.answers.urgency == "immediate" else first
    context: dict[str, Any] = {"faults": faults or [], "values": values, "number": number}
    context |= carried(visit, draft.draft_id)
    return visit.show("concern/called", TITLE_CALLED, draft=draft, **context)
