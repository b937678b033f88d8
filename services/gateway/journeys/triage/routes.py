"""The triage officer opens one referral by its reference. Opening it is recorded."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway import words
from services.gateway.calls.http import Refused
from services.gateway.calls.referrals import OpenedReferral, Referrals
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.triage import journey
from services.gateway.words import Fault
from shared import typed

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Open a referral"
REFERENCE_MAX = 40

URGENT: Mapping[str, str] = {
    "immediate": "Immediate danger: 999 was called",
    "significant": "Possible significant harm: the school telephoned first",
    "urgent": "Urgent: the school called the child's worker or the duty line first",
}
"""What stands above a referral that is more than not urgent: the gate's answer, and whom it sent the school to call."""


@router.get("")
async def get_referral_form(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("triage/open", TITLE)


@router.post("")
async def post_referral_form(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    reference = typed.code(visit.fields.get("reference", "")).upper()
    if fault := _fault(reference):
        return visit.again("triage/open", TITLE, [fault])
    try:
        referral = await Referrals(visit.behalf).open(reference)
    except Refused as refused:
        return visit.again("triage/open", TITLE, _to_mend(refused))
    return visit.show("triage/shown", "Referral", referral=referral, urgent=urgent(referral))


def _fault(reference: str) -> Fault | None:
    """What cannot be asked for at all; whether it is a reference, referrals says."""
    if not reference:
        return "reference", "Enter a reference, like ABC-DEF-G"
    if not (reference.isascii() and reference.isalnum()) or len(reference) > REFERENCE_MAX:
        return "reference", "A reference has 7 letters and digits, like ABC-DEF-G"
    return None


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.status == 404:
        return [("reference", "There is no referral with this reference. Check what you typed")]
    if refused.status != 422:
        raise refused
    return [("reference", why) for _, why in refused.errors[:1]] or [("reference", "Check this reference")]


def urgent(referral: OpenedReferral) -> str | None:
    """The warning above it; None: not urgent. Before the answer was kept, only its gate was."""
    if referral.urgency is None:
        return None if referral.gate == "not_urgent" else words.said(words.GATES, referral.gate)
    return URGENT.get(referral.urgency, None if referral.urgency == "not_urgent" else "Urgent")
