"""Who may ask for a page, and that a form comes from a page of ours.

Every route says with one of `anyone`, `stranger_sent`, `signed_in`, `sent` and `leaving` who may ask; services decide
again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request

from services.gateway import fields
from services.gateway.calls.http import ENDS, Away, NoRecord, Refused, SignedOff
from services.gateway.frame.cookies import LEFT, VISIT
from services.gateway.frame.forms import TOKEN, FormOver
from services.gateway.frame.visit import Visit, acting_as, begin, place_of, remembered
from shared.contracts import Role

STAY = "/session"
"""The page that watches the sign-in."""
OURS = ("same-origin", "none")
"""What a browser says of a form that came from a page of ours, or from nobody's page (Fetch Metadata)."""
HOSTS = ("host", "x-forwarded-host")
"""Either names us: no page of another site can make a browser send the second."""
Read = Callable[[Request], Awaitable[dict[str, str]]]
PORTS = {"http": 80, "https": 443}


class NeedsSchool(Exception):
    """The person has several roles and has not yet said which they act in."""


class NotYours(Exception):
    """The role that the person acts in has no such page."""


async def met(request: Request) -> Visit:
    """A visit for a page that belongs to no route; who is signed in is asked, unless it is known."""
    known: Visit | None = getattr(request.state, "visit", None)
    if known is None or (known.person is None and known.secret):
        return await _anyone(request)
    return known


async def _anyone(request: Request) -> Visit:
    visit = begin(request)
    if visit.secret is None:
        return visit
    try:
        return remembered(replace(visit, person=await visit.identity.person()))
    except (Away, NoRecord, Refused):
        return remembered(replace(visit, secret=None, unknown=True))  # help must be readable whatever is wrong
    except SignedOff:
        return remembered(replace(visit, secret=None))


async def _typed(request: Request, read: Read = fields.read) -> Visit:
    """A visit with the form that was sent, which no other site's page has sent. Raises FormOver, fields.Malformed."""
    visit = begin(request)
    if not _from_our_page(request):
        raise FormOver
    return remembered(replace(visit, fields=await read(request)))


def _from_our_page(request: Request) -> bool:
    """By what the browser says; who says nothing is no browser, or one so old that form token and cookie must do.

    `null` is the origin of a sandboxed page, and of every page under a policy of no referrer: it counts only where
    Sec-Fetch-Site vouches for it.
    """
    said = request.headers
    origin, site = said.get("origin"), said.get("sec-fetch-site")
    if site is not None and site not in OURS:
        return False
    if origin is None or (origin == "null" and site is not None):
        return True
    return any(_same_host(origin, said[name]) for name in HOSTS if name in said)


def _same_host(origin: str, host: str) -> bool:
    """The ports too, if a proxy in front has left ours in Host; not the schemes, for TLS ends there."""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        same_port = ours.port is None or ours.port == (theirs.port or PORTS.get(theirs.scheme))
    except ValueError:
        return False
    return bool(theirs.hostname) and theirs.hostname == ours.hostname and same_port


async def _stranger_sent(request: Request) -> Visit:
    visit = remembered(replace(await _typed(request), secret=None))
    visit.forms.prove(visit.fields.get("token", ""), request.cookies.get(VISIT) or token_urlsafe())
    return visit


async def _with_person(visit: Visit) -> Visit:
    if visit.secret is None:
        raise SignedOff(_left(visit.request))
    return remembered(replace(visit, person=await visit.identity.person()))


def _has_role(visit: Visit, roles: tuple[Role, ...]) -> Visit:
    acting = visit.person.acting if visit.person else None
    if acting is None:
        raise NeedsSchool
    if roles and acting.role not in roles:
        raise NotYours
    return replace(visit, made_for=acting)


def signed_in(*roles: Role, chosen: bool = True) -> Any:
    """A page for a signed-in person, acting in one of these roles (none named: in any)."""

    async def visit(request: Request) -> Visit:
        found = await _with_person(begin(request))
        return _has_role(found, roles) if chosen else found

    return _guarding(visit)


def sent(*roles: Role, chosen: bool = True, proved: bool = True, read: Read = fields.read) -> Any:
    """A form sent by a signed-in person from a page given to this sign-in, acting for the same school still.

    `proved` False: a form of an earlier sign-in, whose sealed field is the proof instead. `read`: how its fields are.
    """

    async def visit(request: Request) -> Visit:
        found = await _with_person(await _typed(request, read))
        if proved:
            _prove(found, acting_as(found.person) if chosen else "")
        return _has_role(found, roles) if chosen else found

    return _guarding(visit)


def _left(request: Request) -> str:
    """Why nobody is signed in, where something sent or a page that watches the sign-in must be answered with it.

    A page that is only opened leads to the sign-in, whatever was before.
    """
    why = request.cookies.get(LEFT, "")
    return why if why in ENDS and (request.method == "POST" or request.url.path == STAY) else "absent"


def _prove(visit: Visit, acting: str) -> None:
    """Raises FormOver: of another school, or of what was taken away, if the page was given to this sign-in for that."""
    token, forms = visit.fields.get("token", ""), visit.forms
    if forms.proves(token, visit.behalf.session, acting):
        return
    roles = visit.person.roles if visit.person else ()
    others = ("", *map(place_of, roles))
    if any(forms.proves(token, visit.behalf.session, other) for other in others):
        raise FormOver("school")
    lost = visit.person.lost if visit.person else None
    if lost and forms.proves(token, visit.behalf.session, place_of(lost)):
        raise FormOver("lost")
    raise FormOver("sign_in" if TOKEN.fullmatch(token) else "unknown")


async def _leaving(request: Request) -> Visit:
    """A form that ends the sign-in that it came from. Nobody is asked who that is: one must be able to leave."""
    visit = await _typed(request)
    if visit.secret is None:
        raise SignedOff("absent")
    try:
        visit.forms.prove(visit.fields.get("token", ""), visit.secret)
    except FormOver:
        await _with_person(visit)  # signed in anew since: the page that says so has a button that works
        raise
    return visit


def _guarding(dependency: Any) -> Any:
    dependency.guards = True  # read by the architecture tests
    return Depends(dependency)


anyone = _guarding(_anyone)
stranger_sent = _guarding(_stranger_sent)
leaving = _guarding(_leaving)
