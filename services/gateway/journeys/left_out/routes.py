"""The list of data that cannot be used: of every table, or of one; page by page. Each reading is recorded."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.feed.left_out import PLACE_MAX, TABLE_MAX, LeftOutList
from services.gateway.calls.http import Refused
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.left_out import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Data that cannot be used"


@router.get("")
async def get_left_out(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return await _page(visit)


@router.post("")
async def post_left_out(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """One table, or the next page. A place names a row, and so never stands in an address."""
    return await _page(visit, visit.fields.get("table", "")[:TABLE_MAX], visit.fields.get("after", "")[:PLACE_MAX])


async def _page(visit: Visit, table: str = "", after: str = "") -> Response:
    try:
        found = await LeftOutList(visit.behalf).listed(table or None, after or None)
    except Refused as refused:
        if refused.status != 422:
            raise
        return visit.show("errors/not_found", "Page not found", 404)
    return visit.show("left_out/list", TITLE, found=found, table=table, is_first=not after)
