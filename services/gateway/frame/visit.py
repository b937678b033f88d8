"""A browser's request: whose it is, what form came with it, and the page that goes back.

Every route says with one of `anyone`, `stranger_sent`, `signed_in`, `sent` and `leaving` who may ask; services decide
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from services.gateway import forms
from services.gateway.answers import Person, RoleHeld
from services.gateway.clients import WHYS, Away, NoRecord, Refused, Services, SessionOver
from services.gateway.domain import Fault
from services.gateway.forms import TOKEN, FormOver, Forms, Holder
from services.gateway.pages import HEADERS, Pages
from services.gateway.settings import Settings
from shared.contracts import Role

SESSION, VISIT, CHALLENGE, LEFT = "__Host-session", "__Host-visit", "__Host-challenge", "__Host-left"
"""Cookies: the sign-in, a sign-in form's, a half-done sign-in's, and why the last sign-in of this browser ended."""
STAY = "/session"
SECRET_MAX_CHARS = 500
OURS = ("same-origin", "none")
"""What a browser says of a form that came from a page of ours, or from nobody's page (Fetch Metadata)."""
HOSTS = ("host", "x-forwarded-host")
"""Either names us: no page of another site can make a browser send the second."""
PORTS = {"http": 80, "https": 443}


class NeedsSchool(Exception):
    """The person has several roles and has not yet said which they act in."""


class NotYours(Exception):
    """The role that the person acts in has no such page."""


@dataclass(frozen=True)
class Visit:
    """One request for one page."""

    request: Request
    services: Services
    now: datetime
    secret: str | None = None
    person: Person | None = None
    unknown: bool = False
    """Somebody says to be signed in, and identity does not answer who it is."""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def forms(self) -> Forms:
        made: Forms = self.request.app.state.forms
        return made

    @property
    def holder(self) -> Holder:
        """Whose page this is. Only for pages that need a person with a role."""
        assert self.person is not None
        return Holder(self.person.account_id, self.person.session_id, acting_as(self.person))

    @property
    def session(self) -> str:
        """The session's secret, for calls. Only for pages that need a person."""
        assert self.secret is not None
        return self.secret

    def show(self, template: str, title: str, status: int = 200, **context: Any) -> Response:
        """A page. `title` must not tell of any person: titles are kept in histories and read over shoulders."""
        pages: Pages = self.request.app.state.pages
        known: dict[str, Any] = {
            "title": title, "person": self.person, "now": self.now, "faults": [], "values": {}, "visit": self,
            "token": self._token(), "leaving": self._token(acting=""), "correlation": self.services.correlation,
        }  # fmt: skip
        return pages.page(template, status, {**known, **context})

    def again(self, template: str, title: str, faults: list[Fault], status: int = 422, **context: Any) -> Response:
        """The same form once more, with what was typed and what to mend."""
        return self.show(template, title, status, **{"faults": faults, "values": self.fields, **context})

    def _token(self, acting: str | None = None) -> str:
        cookie = self.secret or self.request.cookies.get(VISIT, "")
        return self.forms.token(cookie, acting_as(self.person) if acting is None else acting) if cookie else ""


def acting_as(person: Person | None) -> str:
    """The role and school acted for, as one word; nothing before they are chosen."""
    acting = person.acting if person else None
    return place_of(acting) if acting else ""


def place_of(role: RoleHeld) -> str:
    """A role and where it is held, as one word."""
    return f"{role.role}@{role.school or 'council'}"


def go(path: str) -> Response:
    """On to a page that can be loaded again without doing anything again."""
    return RedirectResponse(path, 303, HEADERS)


def begin(request: Request) -> Visit:
    """A visit by nobody in particular yet."""
    state = request.app.state
    address = request.client.host if request.client else ""
    services = Services(state.client, state.settings, request.state.correlation, state.forms.origin(address))
    secret = request.cookies.get(SESSION, "")
    plain = secret.isascii() and secret.isprintable() and len(secret) <= SECRET_MAX_CHARS
    return _kept(Visit(request, services, datetime.now(UTC), secret=secret if secret and plain else None))


def _kept(visit: Visit) -> Visit:
    """An error page shows as much of the visit as was known."""
    visit.request.state.visit = visit
    return visit


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
        return _kept(replace(visit, person=await visit.services.person(visit.secret)))
    except (Away, NoRecord, Refused):
        return _kept(replace(visit, secret=None, unknown=True))  # help must be readable whatever is wrong
    except SessionOver:
        return _kept(replace(visit, secret=None))


async def _typed(request: Request) -> Visit:
    """A visit with the form that was sent, which no other site's page has sent. Raises FormOver, forms.Malformed."""
    visit = begin(request)
    if not _from_our_page(request):
        raise FormOver
    return _kept(replace(visit, fields=await forms.read(request)))


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
    visit = _kept(replace(await _typed(request), secret=None))
    visit.forms.prove(visit.fields.get("token", ""), request.cookies.get(VISIT) or token_urlsafe())
    return visit


async def _with_person(visit: Visit) -> Visit:
    if visit.secret is None:
        raise SessionOver(_left(visit.request))
    return _kept(replace(visit, person=await visit.services.person(visit.secret)))


def _has_role(visit: Visit, roles: tuple[Role, ...]) -> Visit:
    acting = visit.person.acting if visit.person else None
    if acting is None:
        raise NeedsSchool
    if roles and acting.role not in roles:
        raise NotYours
    return replace(visit, services=replace(visit.services, acting=acting))


def signed_in(*roles: Role, chosen: bool = True) -> Any:
    """A page for a signed-in person, acting in one of these roles (none named: in any)."""

    async def visit(request: Request) -> Visit:
        found = await _with_person(begin(request))
        return _has_role(found, roles) if chosen else found

    return _guarding(visit)


def sent(*roles: Role, chosen: bool = True, proved: bool = True) -> Any:
    """A form sent by a signed-in person from a page given to this sign-in, acting for the same school still.

    `proved` False: a form of an earlier sign-in, whose sealed field is the proof instead.
    """

    async def visit(request: Request) -> Visit:
        found = await _with_person(await _typed(request))
        if proved:
            _prove(found, acting_as(found.person) if chosen else "")
        return _has_role(found, roles) if chosen else found

    return _guarding(visit)


def _left(request: Request) -> str:
    """Why nobody is signed in, where something sent or a page that watches the sign-in must be answered with it.

    A page that is only opened leads to the sign-in, whatever was before.
    """
    why = request.cookies.get(LEFT, "")
    return why if why in WHYS and (request.method == "POST" or request.url.path == STAY) else "absent"


def _prove(visit: Visit, acting: str) -> None:
    """Raises FormOver: of another school, or of what was taken away, if the page was given to this sign-in for that."""
    token, forms = visit.fields.get("token", ""), visit.forms
    if forms.proves(token, visit.session, acting):
        return
    roles = visit.person.roles if visit.person else []
    others = ("", *map(place_of, roles))
    if any(forms.proves(token, visit.session, other) for other in others):
        raise FormOver("school")
    lost = visit.person.lost if visit.person else None
    if lost and forms.proves(token, visit.session, place_of(lost)):
        raise FormOver("lost")
    raise FormOver("sign_in" if TOKEN.fullmatch(token) else "unknown")


async def _leaving(request: Request) -> Visit:
    """A form that ends the sign-in that it came from. Nobody is asked who that is: one must be able to leave."""
    visit = await _typed(request)
    if visit.secret is None:
        raise SessionOver("absent")
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
