"""Legal holds on one page: which stand, a form to set one, a button to lift each. Each reading is recorded."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.holds import HELD_REFERENCE_MAX, HOLD_REASON_MAX, Holds
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, Writing, go
from services.gateway.journeys.holds import journey
from services.gateway.words import Fault, too_long
from shared import typed

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Legal holds"
REFUSED: Mapping[str, Fault] = {
    "held-already": ("reference", "This referral is held already"),
    "not-held-now": ("", "This referral is not held any more. Below is how it stands now"),
    "referral-not-found": ("reference", "There is no referral with this reference. Check what you typed"),
}
Sent = Annotated[Visit, sent(*journey.roles)]


@router.get("")
async def get_holds(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return await _page(visit)


@router.post("")
async def post_hold(visit: Sent) -> Response:
    """Keep a referral."""
    reference, why = typed.line(visit.fields.get("reference", "")), typed.text(visit.fields.get("why", ""))
    faults = [] if reference else [("reference", "Enter a reference, like ABC-DEF-G")]
    faults += too_long({"reference": reference}, ("reference", "Reference", HELD_REFERENCE_MAX))
    faults += [] if why else [("why", "Enter why it must be kept")]
    faults += too_long({"why": why}, ("why", "Why it must be kept", HOLD_REASON_MAX))
    if faults:
        return await _page(visit, faults)
    try:
        await Holds(visit.behalf).put(reference, why)
    except Refused as refused:
        return await _page(visit, _to_mend(refused))
    return go(journey.start)


@router.post("/lifting")
async def post_lifting(visit: Sent) -> Response:
    """Let a referral go when its time is over."""
    try:
        await Holds(visit.behalf).lift(visit.fields.get("reference", "")[:HELD_REFERENCE_MAX])
    except Refused as refused:
        return await _page(visit, [("", why) for _, why in _to_mend(refused)])
    return go(journey.start)


def written(visit: Visit) -> Writing:
    """What an error page gives back."""
    why = visit.fields.get("why", "")
    return Writing(here={"why": why}) if why else Writing()


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.kind in REFUSED:
        return [REFUSED[refused.kind]]
    if refused.status != 422:
        raise refused
    faults = [(where.removeprefix("/"), why) for where, why in refused.errors if why]
    return faults or [("", "This could not be done. Check what you typed")]


async def _page(visit: Visit, faults: list[Fault] | None = None) -> Response:
    found = await Holds(visit.behalf).standing()
    typed_again = visit.fields if "why" in visit.fields else {}
    bounds = {"why": HOLD_REASON_MAX}
    return visit.show("holds/page", TITLE, standing=found.holds, faults=faults or [], values=typed_again, bounds=bounds)
