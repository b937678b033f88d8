"""A browser's request: whose it is, what form came with it, and the page that goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.calls.http import Behalf
from services.gateway.calls.identity import Identity
from services.gateway.fields import Form
from services.gateway.frame.cookies import SESSION, VISIT
from services.gateway.frame.forms import FormOver, Forms, Hidden, Holder
from services.gateway.frame.journey import Journeys
from services.gateway.frame.rendering import HEADERS, Pages
from services.gateway.settings import Settings
from services.gateway.words import Fault
from shared.contracts.identity import Place, SignedInPerson

SECRET_MAX_CHARS = 500


@dataclass(frozen=True)
class Visit:
    """One request for one page."""

    request: Request
    now: datetime
    secret: str | None = None
    """The sign-in's, as the browser says it."""
    person: SignedInPerson | None = None
    unknown: bool = False
    """Somebody says to be signed in, and identity does not answer who it is."""
    fields: Mapping[str, str] = field(default_factory=dict)
    made_for: Place | None = None
    """The role and school that the page was made for; known once it has been proved to be theirs."""

    @property
    def left_out(self) -> frozenset[str]:
        """In which fields of the form there were characters that were left out, so that the person is to be told."""
        return self.fields.left_out if isinstance(self.fields, Form) else frozenset()

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def forms(self) -> Forms:
        made: Forms = self.request.app.state.forms
        return made

    @property
    def journeys(self) -> Journeys:
        every: Journeys = self.request.app.state.journeys
        return every

    @property
    def correlation(self) -> UUID:
        correlation: UUID = self.request.state.correlation
        return correlation

    @property
    def behalf(self) -> Behalf:
        """For whom services are asked, as in `Lookup(visit.behalf).search(…)`."""
        address = self.request.client.host if self.request.client else ""
        client, origin = self.request.app.state.client, self.forms.origin(address)
        return Behalf(client, self.settings, self.correlation, origin, self.secret or "", self.made_for)

    @property
    def identity(self) -> Identity:
        return Identity(self.behalf)

    @property
    def holder(self) -> Holder:
        """Whose page this is. Only for pages that need a person with a role."""
        assert self.person is not None
        return Holder(self.person.account_id, self.person.session_id, acting_as(self.person))

    def show(self, template: str, title: str, status: int | None = None, **context: Any) -> Response:
        """A page. `template` is "journey/name", or one of the frame's. No `status`: 422 with faults, else 200.

        `title` must not tell of any person: titles are kept in histories and read over shoulders.
        """
        pages: Pages = self.request.app.state.pages
        known: dict[str, Any] = {
            "title": title, "person": self.person, "now": self.now, "faults": [], "values": {}, "visit": self,
            "token": self._token(), "leaving": self._token(acting=""), "correlation": self.correlation,
        }  # fmt: skip
        return pages.page(template, status or (422 if context.get("faults") else 200), {**known, **context})

    def again(self, template: str, title: str, faults: list[Fault], status: int = 422, **context: Any) -> Response:
        """The same form once more, with what was typed and what to mend."""
        return self.show(template, title, status, **{"faults": faults, "values": self.fields, **context})

    def writing(self, here: Mapping[str, str], kind: type[Hidden], sealed: str) -> Writing:
        """What was written on this page, and whose page it was: its field `sealed` says that, however old it is."""
        try:
            holder, _ = self.forms.peek(kind, self.fields.get(sealed, ""), None)
        except FormOver:
            return Writing(here)
        return Writing(here, holder)

    def _token(self, acting: str | None = None) -> str:
        cookie = self.secret or self.request.cookies.get(VISIT, "")
        return self.forms.token(cookie, acting_as(self.person) if acting is None else acting) if cookie else ""


@dataclass(frozen=True)
class Writing:
    """What a page that was sent has of a person's own words, by field. `holder`: for whom it was made; None: that
    cannot be told."""

    here: Mapping[str, str] = field(default_factory=dict)
    holder: Holder | None = None


def acting_as(person: SignedInPerson | None) -> str:
    """The role and school acted for, as one word; nothing before they are chosen."""
    acting = person.acting if person else None
    return place_of(acting) if acting else ""


def place_of(place: Place) -> str:
    """A role and where it is held, as one word."""
    return f"{place.role}@{place.school or 'council'}"


def go(path: str) -> Response:
    """On to a page that can be loaded again without doing anything again."""
    return RedirectResponse(path, 303, HEADERS)


def begin(request: Request) -> Visit:
    """A visit by nobody in particular yet."""
    secret = request.cookies.get(SESSION, "")
    plain = secret.isascii() and secret.isprintable() and len(secret) <= SECRET_MAX_CHARS
    return remembered(Visit(request, datetime.now(UTC), secret=secret if secret and plain else None))


def remembered(visit: Visit) -> Visit:
    """An error page shows as much of the visit as was known."""
    visit.request.state.visit = visit
    return visit


def known_of(request: Request) -> Visit:
    """As much of the visit as was known when it failed."""
    visit: Visit = getattr(request.state, "visit", None) or begin(request)
    return visit
