"""The queue of referrals, and one of them by its reference. Each reading is recorded before it is shown."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.referrals import OpenedReferral
from services.gateway.calls.referrals.attachments import Attachments
from services.gateway.calls.referrals.triage import Triage
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.triage import acts, journey, words
from services.gateway.journeys.triage.acts import shown
from services.gateway.journeys.triage.typed import REFERENCE, filters_of, page_of, queue_address, reference_of
from services.gateway.journeys.triage.words import urgent
from services.gateway.words import Fault
from shared.contracts.referrals.answers import AttachedFiles

__all__ = ["router", "urgent"]

router = APIRouter(include_in_schema=False)
router.include_router(acts.router)

TITLE_QUEUE, TITLE_OPEN = "Referrals to decide", "Open a referral"
ACKNOWLEDGED = "done"


@router.get(journey.start)
async def get_queue(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    """The address says which referrals, so that Back and a reload show the same ones as they are now."""
    query = visit.request.query_params
    asked = filters_of(query)
    try:
        found = await Triage(visit.behalf).queue({**asked, **page_of(query)})
    except Refused as refused:
        if refused.status != 422 or "after" not in query:
            raise
        return go(queue_address(str(query)))
    done = query.get(ACKNOWLEDGED, "")
    context: dict[str, Any] = {
        "values": asked,
        "found": found,
        "query": queue_address(str(query)).partition("?")[2],
        "done": done if REFERENCE.fullmatch(done) else None,
    }
    return visit.show("triage/queue", f"({words.count(found.counts.to_decide)}) {TITLE_QUEUE}", **context)


@router.get("/referral")
async def get_referral_form(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("triage/open", TITLE_OPEN)


@router.post("/referral")
async def post_referral_form(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    reference, faults = reference_of(visit.fields.get("reference", ""))
    return visit.again("triage/open", TITLE_OPEN, faults) if faults else go(f"/referral/{reference}")


@router.get("/referral/{reference}")
async def get_referral(visit: Annotated[Visit, signed_in(*journey.roles)], reference: str) -> Response:
    """A reference is no personal data: the address can be reloaded, and gone back to."""
    tidy, faults = reference_of(reference)
    if faults:
        return _mistyped(visit, reference, faults)
    try:
        referral: OpenedReferral = await Triage(visit.behalf).open(tidy)
    except Refused as refused:
        return _mistyped(visit, tidy, _to_mend(refused))
    return shown(visit, referral, files=await _files(visit, tidy))


async def _files(visit: Visit, reference: str) -> AttachedFiles | None:
    """What was sent with it; None: that is not known right now, and the referral is shown all the same."""
    try:
        return await Attachments(visit.behalf).of_referral(reference)
    except (Away, NoRecord, Refused):
        return None


def _mistyped(visit: Visit, reference: str, faults: list[Fault]) -> Response:
    return visit.again("triage/open", TITLE_OPEN, faults, values={"reference": reference})


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.status == 404:
        return [("reference", "There is no referral with this reference. Check what you typed")]
    if refused.status != 422:
        raise refused
    return [("reference", why) for _, why in refused.errors[:1]] or [("reference", "Check this reference")]
