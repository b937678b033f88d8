"""The triage officer opens one referral by its reference. Opening it is recorded."""

import re
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.clients import Refused
from services.gateway.domain import Fault
from services.gateway.http.visit import Visit, sent, signed_in

router = APIRouter(prefix="/referral", include_in_schema=False)

TITLE = "Open a referral"
REFERENCE = re.compile(r"[A-Z0-9-]{3,20}")


@router.get("")
async def get_referral_form(visit: Annotated[Visit, signed_in("triage_officer")]) -> Response:
    return visit.show("referral/open", TITLE)


@router.post("")
async def post_referral_form(visit: Annotated[Visit, sent("triage_officer")]) -> Response:
    reference = "".join(visit.fields.get("reference", "").split()).upper()
    wrong: list[Fault] = [("reference", "Enter a reference, like ABC-DEF-G")]
    if not REFERENCE.fullmatch(reference):
        return visit.again("referral/open", TITLE, wrong)
    try:
        referral = await visit.services.referral(visit.session, reference)
    except Refused as refused:
        none: list[Fault] = [("reference", "There is no referral with this reference. Check what you typed")]
        return visit.again("referral/open", TITLE, none if refused.status == 404 else wrong)
    return visit.show("referral/shown", "Referral", referral=referral)
