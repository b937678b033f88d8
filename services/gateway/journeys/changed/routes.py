"""What has changed since somebody looked: shown once before their home, and again on its own page until they search.

Each showing is recorded before it is shown, and is kept nowhere.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.following import ChangesReply, Following
from services.gateway.calls.http import ActsOtherwise, Away, NoRecord, Refused, SignedOff
from services.gateway.frame.guards import signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.changed import journey

router = APIRouter(include_in_schema=False)

TITLE = "Changed since you looked"
FIRST_S = 2.0
"""A sign-in waits no longer for it: what is not shown then stays on the page."""


@router.get(journey.start)
async def get_changed(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    found = await Following(visit.behalf).changes(untold=False)
    return _page(visit, found) if found.current else visit.show("changed/not_current", "We cannot be sure right now")


async def first(visit: Visit) -> Response | None:
    """What they were not told before, if there is any; whatever is wrong with it keeps nobody from their home."""
    try:
        async with asyncio.timeout(FIRST_S):
            found = await Following(visit.behalf).changes(untold=True)
    except (Away, NoRecord, Refused, SignedOff, ActsOtherwise, TimeoutError):
        return None
    return _page(visit, found) if found.changes else None


def _page(visit: Visit, found: ChangesReply) -> Response:
    return visit.show("changed/page", TITLE, found=found)
