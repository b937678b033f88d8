"""The notices of the council."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.notices import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)


@router.get("")
async def get_notices(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("notices/page", "Notices")


@router.post("")
async def post_notices(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    return visit.show("notices/page", "Notices")
