"""A concern is checked and sent: once, however often it is pressed; and what became of it is shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.referrals import Referrals
from services.gateway.calls.referrals.drafts import KeptDrafts, SavedDraft
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.concern import gate, journey, pages
from services.gateway.journeys.concern.opening import files_of, opened
from services.gateway.journeys.concern.pages import address
from services.gateway.words import Fault

router = APIRouter(include_in_schema=False)

TITLE, SENT, NOT_SENT = "Check your answers", "Sent", "We could not send this"
CONFIRM = "Confirm that this is correct to send it"

Reading = Annotated[Visit, signed_in(*journey.roles)]
Sending = Annotated[Visit, sent(*journey.roles)]


@router.get("/{draft_id}/check")
async def get_check(visit: Reading, draft_id: str) -> Response:
    draft = await _ready(visit, draft_id)
    return draft if isinstance(draft, Response) else await _check(visit, draft)


@router.post("/{draft_id}/check")
async def post_check(visit: Sending, draft_id: str) -> Response:
    """Sent in one step; the draft is opened only to show what hinders it."""
    if visit.fields.get("confirm") != "yes":
        return await _hindered(visit, draft_id, [("confirm", CONFIRM)])
    try:
        await KeptDrafts(visit.behalf).make_referral(UUID(draft_id))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except (NoRecord, Away):
        return await _not_sent(visit, draft_id)
    except Refused as refused:
        return await _refused(visit, draft_id, refused)
    return go(address(draft_id, "sent"))


async def _hindered(visit: Visit, draft_id: str, faults: list[Fault], status: int = 422, **more: bool) -> Response:
    draft = await _ready(visit, draft_id)
    return draft if isinstance(draft, Response) else await _check(visit, draft, faults, status, **more)


async def _not_sent(visit: Visit, draft_id: str) -> Response:
    """All of it is in the draft; it is shown, unless that cannot be had either."""
    try:
        return await _hindered(visit, draft_id, [], 503, not_sent=True)
    except (NoRecord, Away):
        return _later(visit, UUID(draft_id))


def _later(visit: Visit, draft_id: UUID) -> Response:
    return visit.show("concern/not_sent", NOT_SENT, 503, check=address(draft_id, "check"))


def unanswered(visit: Visit) -> Response | None:
    """Send was pressed, and nobody even says who this is: all of it is in the draft. None: it was another page."""
    if not visit.request.url.path.endswith("/check"):
        return None
    try:
        return _later(visit, UUID(visit.request.path_params["draft_id"]))
    except ValueError:
        return None


async def _refused(visit: Visit, draft_id: str, refused: Refused) -> Response:
    """The draft stays, with every word of it."""
    draft = await _ready(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    if refused.kind == "not-on-roll":
        return visit.show("concern/not_on_roll", NOT_SENT, 403, draft=draft)
    if refused.status != 422:
        raise refused
    return await _check(visit, draft, [("", why) for _, why in refused.errors], 422)


async def _ready(visit: Visit, draft_id: str) -> SavedDraft | Response:
    draft = await opened(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    return draft if pages.past_the_gate(draft) else go(gate.way_in(draft))


async def _check(
    visit: Visit, draft: SavedDraft, faults: list[Fault] | None = None, status: int = 200, *, not_sent: bool = False
) -> Response:
    context: dict[str, Any] = {"faults": faults or [], "not_sent": not_sent, "problem": not_sent}
    context["files"] = await files_of(visit, draft)
    context |= {"questions": list(pages.listed(draft)), "values": pages.values_of(draft), "onward": pages.after(draft)}
    return visit.show("concern/check", TITLE, status, draft=draft, **context)


@router.get("/{draft_id}/sent")
async def get_sent(visit: Reading, draft_id: str) -> Response:
    """What was sent, as it is kept: for as long as the draft's place is."""
    try:
        draft = await KeptDrafts(visit.behalf).open(UUID(draft_id))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        if refused.status != 404:
            raise
        return visit.show("concern/gone", "This draft is not here", 404, typed={})
    if draft.sent is None:
        return go(address(draft.draft_id))
    referral = await Referrals(visit.behalf).open(draft.sent.reference)
    return visit.show("concern/sent", SENT, made=draft.sent, referral=referral, files=await files_of(visit, draft))
