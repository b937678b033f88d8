"""The copy of a referral, by its reference: a page without navigation, and a PDF. Opening it is recorded."""

import re
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.receipt import Copies
from services.gateway.frame.guards import signed_in
from services.gateway.frame.rendering import HEADERS
from services.gateway.frame.visit import Visit
from services.gateway.journeys.receipt import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Copy of a referral"
Reference = Annotated[str, Path(max_length=40)]


@router.get("/{reference}")
async def get_copy(reference: Reference, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    try:
        copy = await Copies(visit.behalf).read(reference)
    except Refused as refused:
        return _none(visit, refused)
    return visit.show("receipt/copy", TITLE, copy=copy, reference=reference, where=_where(visit))


@router.get("/{reference}/pdf")
async def get_copy_pdf(reference: Reference, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    """Saved by the browser, never shown in it."""
    try:
        pdf = await Copies(visit.behalf).pdf(reference)
    except Refused as refused:
        return _none(visit, refused)
    name = f"referral-{re.sub('[^A-Z0-9-]', '', reference.upper())}.pdf"
    told = {**HEADERS, "content-security-policy": "sandbox", "content-disposition": f'attachment; filename="{name}"'}
    return Response(pdf, headers=told, media_type="application/pdf")


def _none(visit: Visit, refused: Refused) -> Response:
    """None that this person may read: mistyped, unknown and another school's look the same."""
    if refused.status not in (404, 422):
        raise refused
    return visit.show("receipt/none", "There is no such referral", 404, where=_where(visit))


def _where(visit: Visit) -> str:
    """The page of referrals from which this one is opened, by the role that the person acts in."""
    acting = visit.person.acting if visit.person else None
    return "/referral" if acting and acting.role == "triage_officer" else "/sent"
