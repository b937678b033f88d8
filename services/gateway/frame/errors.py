"""When something goes wrong: a page that says what happened to what was typed, what to do, and whom to call."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from inspect import isawaitable

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.calls.http import ActsOtherwise, Away, NoRecord, Refused, SignedOff
from services.gateway.fields import Malformed
from services.gateway.frame import cookies
from services.gateway.frame.forms import FormOver, Holder, Over, Rescued
from services.gateway.frame.guards import NeedsSchool, NotYours, met
from services.gateway.frame.visit import Visit, Writing, go, known_of
from services.gateway.settings import BODY_MAX_BYTES
from shared.observe.logs import log
from shared.web.problems import TOO_LARGE

STATUSES = {404: ("errors/not_found", "Page not found"), 405: ("errors/not_here", "This cannot be done here")}
Again = Response | None
"""A journey's form once more; None: it has none for this person."""
SORRY = "Sorry, something went wrong"


async def signed_off(request: Request, error: Exception) -> Response:
    """Signed out: a page that was only being read is swapped for the sign-in; a form that was sent is answered."""
    assert isinstance(error, SignedOff)
    if error.why == "absent" and request.method in ("GET", "HEAD"):
        return go("/sign-in")
    visit = known_of(request)
    shown = visit.show("signed_out", "You have been signed out", 401, why=error.why, kept=_rescued(visit))
    return cookies.signed_out(shown, error.why)


def _rescued(visit: Visit) -> str | None:
    """What was typed, sealed for the account whose form it was; the next person at this computer cannot open it."""
    before = visit.fields.get("kept", "")
    with suppress(FormOver):
        if before:
            visit.forms.peek(Rescued, before, visit.now)
            return before
        writing = _writing(visit)
        if writing.holder and writing.here:
            whose = Holder(writing.holder.account, writing.holder.session, "")
            return visit.forms.seal(whose, Rescued(typed=dict(writing.here)), visit.now)
    return None


def _writing(visit: Visit) -> Writing:
    """What its journey says must not be lost of the form that was sent."""
    journey = visit.journeys.of(visit.request)
    if journey is None or journey.written is None:
        return Writing()
    found: Writing = journey.part(journey.written)(visit)
    return found


async def form_over(request: Request, error: Exception) -> Response:
    assert isinstance(error, FormOver | ActsOtherwise)
    visit, why = known_of(request), error.why
    if error.why in ("school", "lost"):
        visit, why = await _by_now(visit, error.why)
    again = _form_again(visit) if error.why != "unknown" else None
    shown = again(visit, why) if again else None
    shown = await shown if isawaitable(shown) else shown
    return shown or visit.show("errors/form_over", "Nothing was sent", 403, typed=_given_back(visit), why=why)


def _form_again(visit: Visit) -> Callable[[Visit, str], Again | Awaitable[Again]] | None:
    """How the journey shows its form once more; None: it does not, or not in the role acted in by now."""
    journey = visit.journeys.of(visit.request)
    acting = visit.person.acting if visit.person else None
    if journey is None or journey.over is None or acting is None or acting.role not in journey.roles:
        return None
    again: Callable[[Visit, str], Again | Awaitable[Again]] = journey.part(journey.over)
    return again


async def _by_now(visit: Visit, why: Over) -> tuple[Visit, Over]:
    """The visit as what its person acts as by now, and why that is another thing; unknown, if nobody says.

    The change may have come after identity was asked for this page, and another service have noticed it.
    """
    try:
        person = await visit.identity.person()
    except (Away, NoRecord, Refused, SignedOff):
        return visit, "unknown"
    return replace(visit, person=person), "lost" if person.lost else why


def _given_back(visit: Visit) -> dict[str, str]:
    """What was typed on the page that this person sent."""
    return dict(_writing(visit).here) if visit.person else {}


async def needs_school(request: Request, error: Exception) -> Response:
    return await form_over(request, FormOver()) if _given_back(known_of(request)) else go("/school")


async def not_yours(request: Request, error: Exception) -> Response:
    visit = known_of(request)
    if _given_back(visit):
        return await form_over(request, FormOver())
    return visit.show("errors/not_yours", "Your role does not have this page", 403)


async def refused(request: Request, error: Exception) -> Response:
    """What no page has an answer of its own for; where the school's agreement does not have it, that is said."""
    if not (isinstance(error, Refused) and error.kind == "not-agreed"):
        return await broken(request, error)
    return known_of(request).show("errors/not_agreed", "Your school's agreement does not include this page", 403)


async def away(request: Request, error: Exception) -> Response:
    log.error("no answer", exc_info=error)
    visit = known_of(request)
    kept = _rescued(visit)
    return (None if kept else _unanswered(visit)) or visit.show("errors/wrong", SORRY, 503, kept=kept)


def _unanswered(visit: Visit) -> Again:
    """What a journey has to say of a form that brought no words of its own."""
    journey = visit.journeys.of(visit.request)
    if visit.request.method != "POST" or journey is None or journey.unanswered is None:
        return None
    shown: Again = journey.part(journey.unanswered)(visit)
    return shown


async def no_record(request: Request, error: Exception) -> Response:
    """A form that could not be recorded says so on its journey's own page, whichever service could not."""
    visit = known_of(request)
    journey = visit.journeys.of(request)
    if request.method == "POST" and journey and journey.unrecorded:
        shown: Response = journey.part(journey.unrecorded)(visit)
        return shown
    return await away(request, error)


async def broken(request: Request, error: Exception) -> Response:
    """Our fault; a service's no that no page expects is one too."""
    log.error("broken", exc_info=error)
    visit = known_of(request)
    return visit.show("errors/wrong", SORRY, 500, kept=_rescued(visit))


async def malformed(request: Request, error: Exception) -> Response:
    return (await met(request)).show("errors/malformed", "This form cannot be read", 400)


async def not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == TOO_LARGE.status:
        most_mb = BODY_MAX_BYTES // 1_000_000
        return known_of(request).show("errors/too_large", "This is too long to send", 413, most_mb=most_mb)
    if error.status_code not in STATUSES:
        return await malformed(request, error)
    template, title = STATUSES[error.status_code]
    response = (await met(request)).show(template, title, error.status_code)
    response.headers.update(error.headers or {})
    return response


HANDLERS = {
    SignedOff: signed_off,
    FormOver: form_over,
    ActsOtherwise: form_over,
    NeedsSchool: needs_school,
    NotYours: not_yours,
    Away: away,
    NoRecord: no_record,
    Refused: refused,
    Malformed: malformed,
    RequestValidationError: malformed,
    HTTPException: not_served,
    Exception: broken,
}
