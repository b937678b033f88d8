"""What has not reached the council's case system. Looking at it, and sending one again, is recorded."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.transfer import Transfers
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.transfers import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE, TITLE_ONE = "Into the case system", "A referral on its way into the case system"
Reference = Annotated[str, Path(max_length=40)]


@router.get("")
async def get_transfers(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("transfers/list", TITLE, found=await Transfers(visit.behalf).waiting())


@router.get("/{reference}")
async def get_transfer(reference: Reference, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    try:
        found = await Transfers(visit.behalf).one(reference)
    except Refused as refused:
        return _none(visit, refused)
    return visit.show("transfers/one", TITLE_ONE, one=found)


@router.post("/{reference}")
async def post_again(reference: Reference, visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """Pressing twice is pressing once: the case system knows it by its reference."""
    try:
        found = await Transfers(visit.behalf).again(reference)
    except Refused as refused:
        return _none(visit, refused)
    return go(f"{journey.start}/{found.reference}")


def _none(visit: Visit, refused: Refused) -> Response:
    if refused.status not in (404, 422):
        raise refused
    return visit.show("transfers/none", "There is no such referral", 404)
