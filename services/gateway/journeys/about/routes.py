"""Pages about the portal itself, which anybody may read; and what roles without pages of their own can do."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.frame.guards import anyone, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.about import journey

router = APIRouter(include_in_schema=False)


@router.get(journey.start)
async def get_start(visit: Annotated[Visit, signed_in()]) -> Response:
    """For roles that have no pages of their own yet: what they can do, and what not."""
    return visit.show("about/start", "What you can do here")


@router.get("/help")
@router.get("/privacy")
@router.get("/accessibility")
@router.get("/cookies")
async def get_page(visit: Annotated[Visit, anyone]) -> Response:
    """A page at the foot of every page, under the name that it has there."""
    path = visit.request.url.path
    return visit.show(f"about{path}", journey.footer[path])
