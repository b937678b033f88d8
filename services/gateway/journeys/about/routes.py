"""Pages about the portal itself, which anybody may read, and the files that pages are drawn with."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.gateway.domain import Kept
from services.gateway.forms import FormOver
from services.gateway.http.visit import STAY, Visit, anyone, sent, signed_in
from services.gateway.pages import STATIC, Pages
from shared.http import open_to_all

router = APIRouter(include_in_schema=False)

FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/start")
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


@router.get(STAY)
async def get_session(visit: Annotated[Visit, signed_in(chosen=False)]) -> Response:
    """Opening it, as any page, is a use of the sign-in; it says until when, to people and to the pages' script."""
    return visit.show("about/session", "You are still signed in")


@router.post("/typed")
async def post_typed(visit: Annotated[Visit, sent(chosen=False, proved=False)]) -> Response:
    """Gives back what a person had typed when their sign-in ended; to nobody but the same account."""
    holder, kept = visit.forms.peek(Kept, visit.fields.get("kept", ""), visit.now)
    if visit.person is None or holder.account != visit.person.account_id:
        raise FormOver
    return visit.show("typed", "What you typed", typed=kept.typed)


@router.get("/static/{version}/{name}", dependencies=[open_to_all])
async def get_static(request: Request, version: str, name: str) -> Response:
    """A file under an address that changes with its content; compressed beforehand for browsers that can read it."""
    pages: Pages = request.app.state.pages
    if name not in STATIC or version != pages.version:
        raise HTTPException(404)
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(pages.files[name], media_type=STATIC[name], headers=headers)
    return Response(pages.packed[name], media_type=STATIC[name], headers={**headers, "content-encoding": "gzip"})
