"""Signing in with password and code, choosing the school, staying signed in, signing out."""

import re
from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.identity import EMAIL_MAX, PASSWORD_MAX
from services.gateway.frame import cookies
from services.gateway.frame.cookies import LEFT, SESSION, VISIT
from services.gateway.frame.forms import FormOver, Rescued
from services.gateway.frame.guards import STAY, anyone, leaving, sent, signed_in, stranger_sent
from services.gateway.frame.visit import Visit, begin, go, place_of
from services.gateway.journeys.sign_in import journey
from services.gateway.words import Fault
from shared import typed
from shared.contracts.identity import ActingPlace, Place

router = APIRouter(include_in_schema=False)

TITLE_CODE, TITLE_SCHOOL = "Enter the 6-digit code", "Which school are you acting for?"
TITLE_NO_SCHOOL = "There is no school that you can act for"
CHALLENGE = "__Host-challenge"
"""The cookie of a half-done sign-in."""
SIGN_IN_S = 15 * 60
"""How long that cookie lives; the challenge itself ends sooner."""
DEVICE = "__Host-device"
DEVICE_S = 90 * 24 * 60 * 60
"""How long a browser that has signed in whole stays known: as long as identity knows it (its KNOWN_FOR)."""
DEVICE_CHARS = re.compile(r"[A-Za-z0-9_-]{1,100}")

NO_CODE: Fault = ("code", "Enter the 6 digits that your authenticator app shows")
REFUSED: dict[str, Fault] = {
    "sign-in-refused": ("email", "The email address or password is not right. Check both and try again."),
    "code-refused": ("code", "The code is not right. Check it and try again."),
    "code-used": ("code", "That code has been used. Wait for the next one."),
}


@router.get("/")
async def get_home(visit: Annotated[Visit, anyone]) -> Response:
    """Where a person starts depends on the role that they act in."""
    if visit.unknown:
        raise Away
    if visit.person is None:
        return go("/sign-in")
    acting = visit.person.acting
    if acting is None:
        return go("/school")
    return await _before_home(visit, acting) or go(visit.journeys.home(acting.role))


async def _before_home(visit: Visit, acting: ActingPlace) -> Response | None:
    """What there is to show to this person before their home; None: nothing."""
    for each in visit.journeys.firsts(acting):
        if each.first and (page := await each.part(each.first)(visit)):
            response: Response = page
            return response
    return None


@router.get(journey.start)
async def get_sign_in(visit: Annotated[Visit, anyone]) -> Response:
    if visit.person is not None:
        return go("/")
    if visit.request.cookies.get(VISIT):
        return visit.show("sign_in/password", _title(visit))
    visit.request.cookies[VISIT] = token_urlsafe(32)
    response = visit.show("sign_in/password", _title(visit))
    cookies.keep(response, VISIT, visit.request.cookies[VISIT])
    return response


@router.post(journey.start)
async def post_sign_in(visit: Annotated[Visit, stranger_sent]) -> Response:
    email, password = typed.email(visit.fields.get("email", "")), visit.fields.get("password", "")
    faults = [] if email else [("email", "Enter your email address")]
    faults += [] if password else [("password", "Enter your password")]
    if faults:
        return visit.again("sign_in/password", _title(visit), faults)
    if len(email) > EMAIL_MAX or len(password) > PASSWORD_MAX:
        return visit.again("sign_in/password", _title(visit), [REFUSED["sign-in-refused"]])
    try:
        challenge = await visit.identity.sign_in(email, password, _device(visit))
    except Refused as refused:
        return _refused(visit, refused, "sign_in/password", _title(visit))
    response = go("/sign-in/code")
    cookies.keep(response, CHALLENGE, challenge, SIGN_IN_S)
    return response


@router.get("/sign-in/code")
async def get_code(visit: Annotated[Visit, anyone]) -> Response:
    if visit.person is not None or not visit.request.cookies.get(CHALLENGE):
        return go("/")
    return visit.show("sign_in/code", TITLE_CODE)


@router.post("/sign-in/code")
async def post_code(visit: Annotated[Visit, stranger_sent]) -> Response:
    code = typed.code(visit.fields.get("code", ""))
    if not (code.isascii() and code.isdecimal() and len(code) == 6):
        return visit.again("sign_in/code", TITLE_CODE, [NO_CODE])
    try:
        proved = await visit.identity.prove_code(visit.request.cookies.get(CHALLENGE, ""), code, _device(visit))
    except Refused as refused:
        return _refused(visit, refused, "sign_in/code", TITLE_CODE)
    response = go("/")
    cookies.keep(response, SESSION, proved.session)
    if proved.device:
        cookies.keep(response, DEVICE, proved.device, DEVICE_S)
    cookies.drop(response, CHALLENGE, VISIT, LEFT)
    return response


def _device(visit: Visit) -> str:
    """The secret by which identity knows this browser; nothing where it has none, or what could not be sent on."""
    secret = visit.request.cookies.get(DEVICE, "")
    return secret if DEVICE_CHARS.fullmatch(secret) else ""


def _title(visit: Visit) -> str:
    return f"Sign in to the {visit.settings.service_name}"


def _refused(visit: Visit, refused: Refused, template: str, title: str) -> Response:
    """Wrong pair, unknown address and suspended account read the same; too many tries give the telephone route."""
    if refused.kind == "too-many-tries":
        return visit.again(template, title, [], 429, many=True, problem=True)
    if refused.kind in REFUSED:
        return visit.again(template, title, [REFUSED[refused.kind]])
    if template == "sign_in/password":
        return visit.again(template, title, [REFUSED["sign-in-refused"]])
    over: list[Fault] = [("email", "That took too long. Sign in again.")]
    response = visit.show("sign_in/password", _title(visit), 422, faults=over)
    cookies.drop(response, CHALLENGE)
    return response


@router.get("/school")
async def get_school(visit: Annotated[Visit, signed_in(chosen=False)]) -> Response:
    title = TITLE_SCHOOL if _roles(visit) else TITLE_NO_SCHOOL
    return visit.show("sign_in/school", title, places=_places(visit))


@router.post("/school")
async def post_school(visit: Annotated[Visit, sent(chosen=False)]) -> Response:
    place = next((role for role in _roles(visit) if place_of(role) == visit.fields.get("place")), None)
    if place is None:
        faults: list[Fault] = [("place", "Choose which school you are acting for")]
        return visit.again("sign_in/school", TITLE_SCHOOL, faults, places=_places(visit))
    try:
        await visit.identity.act_for(place)
    except Refused:
        return go("/school")  # taken away since the page was made, which says so when it is made again
    return go("/")


def _roles(visit: Visit) -> Sequence[Place]:
    return visit.person.roles if visit.person else ()


def _places(visit: Visit) -> list[dict[str, Any]]:
    return [
        {"value": place_of(role), "name": role.school_name or role.school or "The council", "role": role.role}
        for role in _roles(visit)
    ]


@router.post("/sign-out")
async def post_sign_out(visit: Annotated[Visit, leaving]) -> Response:
    """Ends the session everywhere. The cookie goes in any case; if identity did not learn of it, the page says so."""
    try:
        await visit.identity.sign_out()
    except (Away, NoRecord, Refused):
        gone = begin(visit.request).show("sign_in/still_signed_in", "We could not finish signing you out", 503)
        return cookies.signed_out(gone, "signed_out")
    return cookies.signed_out(go("/signed-out"), "signed_out")


@router.get("/signed-out")
async def get_signed_out(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("signed_out", "You have signed out", why="asked")


@router.get(STAY)
async def get_session(visit: Annotated[Visit, signed_in(chosen=False)]) -> Response:
    """Opening it, as any page, is a use of the sign-in; it says until when, to people and to the pages' script."""
    return visit.show("sign_in/session", "You are still signed in")


@router.post("/typed")
async def post_typed(visit: Annotated[Visit, sent(chosen=False, proved=False)]) -> Response:
    """Gives back what a person had typed when their sign-in ended; to nobody but the same account."""
    holder, kept = visit.forms.peek(Rescued, visit.fields.get("kept", ""), visit.now)
    if visit.person is None or holder.account != visit.person.account_id:
        raise FormOver
    return visit.show("sign_in/typed", "What you typed", typed=kept.typed)
