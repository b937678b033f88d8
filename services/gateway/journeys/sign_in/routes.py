"""Signing in with password and code, choosing the school, signing out."""

import re
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.answers import RoleHeld
from services.gateway.clients import Away, NoRecord, Refused, SessionOver
from services.gateway.domain import Fault
from services.gateway.http.visit import (
    CHALLENGE,
    LEFT,
    SESSION,
    VISIT,
    Visit,
    anyone,
    begin,
    go,
    leaving,
    place_of,
    sent,
    signed_in,
    stranger_sent,
)
from shared import typed

router = APIRouter(include_in_schema=False)

TITLE_CODE, TITLE_SCHOOL = "Enter the 6-digit code", "Which school are you acting for?"
TITLE_NO_SCHOOL = "There is no school that you can act for"
EMAIL_MAX, PASSWORD_MAX = 254, 1024
SIGN_IN_S = 15 * 60
"""How long the cookie of a half-done sign-in lives; the challenge itself ends sooner."""
DEVICE = "__Host-device"
DEVICE_S = 90 * 24 * 60 * 60
"""How long a browser that has signed in whole stays known: as long as identity knows it (its KNOWN_FOR)."""
DEVICE_CHARS = re.compile(r"[A-Za-z0-9_-]{1,100}")

REFUSED: dict[str, Fault] = {
    "sign-in-refused": ("email", "The email address or password is not right. Check both and try again."),
    "code-refused": ("code", "The code is not right. Check it and try again."),
    "code-used": ("code", "That code has been used. Wait for the next one."),
}
HOMES = {
    "lead": "/find",
    "headteacher": "/find",
    "data_protection_officer": "/record",
    "triage_officer": "/referral",
}


@router.get("/")
async def get_home(visit: Annotated[Visit, anyone]) -> Response:
    """Where a person starts depends on the role that they act in."""
    if visit.unknown:
        raise Away
    if visit.person is None:
        return go("/sign-in")
    acting = visit.person.acting
    return go(HOMES.get(acting.role, "/start") if acting else "/school")


@router.get("/sign-in")
async def get_sign_in(visit: Annotated[Visit, anyone]) -> Response:
    if visit.person is not None:
        return go("/")
    if visit.request.cookies.get(VISIT):
        return visit.show("sign_in", _title(visit))
    visit.request.cookies[VISIT] = token_urlsafe(32)
    response = visit.show("sign_in", _title(visit))
    _set(response, VISIT, visit.request.cookies[VISIT])
    return response


@router.post("/sign-in")
async def post_sign_in(visit: Annotated[Visit, stranger_sent]) -> Response:
    email, password = typed.email(visit.fields.get("email", "")), visit.fields.get("password", "")
    faults = [] if email else [("email", "Enter your email address")]
    faults += [] if password else [("password", "Enter your password")]
    if faults:
        return visit.again("sign_in", _title(visit), faults)
    if len(email) > EMAIL_MAX or len(password) > PASSWORD_MAX:
        return visit.again("sign_in", _title(visit), [REFUSED["sign-in-refused"]])
    try:
        challenge = await visit.services.sign_in(email, password, _device(visit))
    except Refused as refused:
        return _refused(visit, refused, "sign_in", _title(visit))
    response = go("/sign-in/code")
    _set(response, CHALLENGE, challenge, SIGN_IN_S)
    return response


@router.get("/sign-in/code")
async def get_code(visit: Annotated[Visit, anyone]) -> Response:
    if visit.person is not None or not visit.request.cookies.get(CHALLENGE):
        return go("/")
    return visit.show("code", TITLE_CODE)


@router.post("/sign-in/code")
async def post_code(visit: Annotated[Visit, stranger_sent]) -> Response:
    code = typed.code(visit.fields.get("code", ""))
    if not (code.isascii() and code.isdecimal() and len(code) == 6):
        return visit.again("code", TITLE_CODE, [("code", "Enter the 6 digits that your authenticator app shows")])
    try:
        proved = await visit.services.prove_code(visit.request.cookies.get(CHALLENGE, ""), code, _device(visit))
    except Refused as refused:
        return _refused(visit, refused, "code", TITLE_CODE)
    secret, response = proved.session, _known_from_now(go("/"), proved.device)
    _set(response, SESSION, secret)
    _drop(response, CHALLENGE, VISIT, LEFT)
    return response


def _device(visit: Visit) -> str:
    """The secret by which identity knows this browser; nothing where it has none, or what could not be sent on."""
    secret = visit.request.cookies.get(DEVICE, "")
    return secret if DEVICE_CHARS.fullmatch(secret) else ""


def _known_from_now(response: Response, device: str | None) -> Response:
    if device:
        _set(response, DEVICE, device, DEVICE_S)
    return response


def _title(visit: Visit) -> str:
    return f"Sign in to the {visit.settings.service_name}"


def _refused(visit: Visit, refused: Refused, template: str, title: str) -> Response:
    """Wrong pair, unknown address and suspended account read the same; too many tries give the telephone route."""
    if refused.kind == "too-many-tries":
        return visit.again(template, title, [], 429, many=True, problem=True)
    if refused.kind in REFUSED:
        return visit.again(template, title, [REFUSED[refused.kind]])
    if template == "sign_in":
        return visit.again(template, title, [REFUSED["sign-in-refused"]])
    over: list[Fault] = [("email", "That took too long. Sign in again.")]
    response = visit.show("sign_in", _title(visit), 422, faults=over)
    _drop(response, CHALLENGE)
    return response


@router.get("/school")
async def get_school(visit: Annotated[Visit, signed_in(chosen=False)]) -> Response:
    title = TITLE_SCHOOL if _roles(visit) else TITLE_NO_SCHOOL
    return visit.show("school", title, places=_places(visit))


@router.post("/school")
async def post_school(visit: Annotated[Visit, sent(chosen=False)]) -> Response:
    place = next((role for role in _roles(visit) if place_of(role) == visit.fields.get("place")), None)
    if place is None:
        faults: list[Fault] = [("place", "Choose which school you are acting for")]
        return visit.again("school", TITLE_SCHOOL, faults, places=_places(visit))
    try:
        await visit.services.act_for(visit.session, place)
    except Refused:
        return go("/school")  # taken away since the page was made, which says so when it is made again
    return go("/")


def _roles(visit: Visit) -> list[RoleHeld]:
    return visit.person.roles if visit.person else []


def _places(visit: Visit) -> list[dict[str, Any]]:
    return [
        {"value": place_of(role), "name": role.school_name or role.school or "The council", "role": role.role}
        for role in _roles(visit)
    ]


@router.post("/sign-out")
async def post_sign_out(visit: Annotated[Visit, leaving]) -> Response:
    """Ends the session everywhere. The cookie goes in any case; if identity did not hear of it, the page says so."""
    try:
        await visit.services.sign_out(visit.session)
    except (Away, NoRecord, Refused):
        gone = begin(visit.request).show("still_signed_in", "We could not finish signing you out", 503)
        return _gone(gone, "signed_out")
    return _gone(go("/signed-out"), "signed_out")


@router.get("/signed-out")
async def get_signed_out(visit: Annotated[Visit, anyone]) -> Response:
    return visit.show("signed_out", "You have signed out", why="asked")


def signed_out(visit: Visit, over: SessionOver, kept: str | None) -> Response:
    """What a person reads whose session has ended; `kept` is what they had typed, sealed for them alone."""
    return _gone(visit.show("signed_out", "You have been signed out", 401, why=over.why, kept=kept), over.why)


def _gone(response: Response, why: str) -> Response:
    """The sign-in is over in this browser; its other tabs are told why."""
    _drop(response, SESSION)
    if why != "absent":
        _set(response, LEFT, why)
    return response


def _set(response: Response, name: str, value: str, life_s: int | None = None) -> None:
    """Strict: no other site's link or form may bring the session along, and no page here is reached from one."""
    response.set_cookie(name, value, max_age=life_s, path="/", secure=True, httponly=True, samesite="strict")


def _drop(response: Response, *names: str) -> None:
    for name in names:
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
