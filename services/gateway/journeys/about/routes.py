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
async def get_help(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("about/help", "Help and contact")


@router.get("/privacy")
async def get_privacy(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("about/privacy", "Privacy")


@router.get("/accessibility")
async def get_accessibility(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("about/accessibility", "Accessibility")


@router.get("/cookies")
async def get_cookies(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("about/cookies", "Cookies")
