"""When something goes wrong: a page that says what happened to what was typed, what to do, and whom to call."""

from contextlib import suppress
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Away, NoRecord, Refused, SessionOver
from services.gateway.domain import BOUNDS, Draft, Kept, call_of, typed_of
from services.gateway.forms import BODY_MAX_BYTES, FormOver, Holder, Malformed, Over
from services.gateway.http import find, sign_in
from services.gateway.http.visit import NeedsSchool, NotYours, Visit, begin, go, met
from shared import telemetry
from shared.http import TOO_LARGE

STATUSES = {404: ("errors/not_found", "Page not found"), 405: ("errors/not_here", "This cannot be done here")}
SORRY = "Sorry, something went wrong"
WRITING = {"call", *(name for name, _, _ in BOUNDS)}
"""What is worth giving back of a form: writing, not what was ticked."""


def visit_of(request: Request) -> Visit:
    """As much of the visit as was known when it failed."""
    visit: Visit = getattr(request.state, "visit", None) or begin(request)
    return visit


async def session_over(request: Request, error: Exception) -> Response:
    """Signed out: a page that was only being read is swapped for the sign-in; a form that was sent is answered."""
    assert isinstance(error, SessionOver)
    if error.why == "absent" and request.method in ("GET", "HEAD"):
        return go("/sign-in")
    visit = visit_of(request)
    return sign_in.signed_out(visit, error, _kept(visit))


def _kept(visit: Visit) -> str | None:
    """What was typed, sealed for the account whose form it was; the next person at this computer cannot open it."""
    before = visit.fields.get("kept", "")
    try:
        if before:
            visit.forms.peek(Kept, before, visit.now)
            return before
        holder, typed = _written(visit)
    except FormOver:
        return None
    return visit.forms.seal(Holder(holder.account, holder.session, ""), Kept(typed=typed), visit.now) if typed else None


def _written(visit: Visit) -> tuple[Holder, dict[str, str]]:
    """What the form that was sent holds in words, and whose form it was, however old. Raises FormOver."""
    holder, draft = visit.forms.peek(Draft, visit.fields.get("draft", ""), None)
    call = {**draft.call, **call_of(visit.fields)}
    words = {**draft.typed, **typed_of(visit.fields)}
    return holder, words | ({"call": " ".join(call.values())} if call else {})


async def form_over(request: Request, error: Exception) -> Response:
    assert isinstance(error, FormOver)
    visit, why = visit_of(request), error.why
    if why in ("school", "lost"):
        visit, why = await _by_now(visit, why)
    if request.url.path == "/find" and error.why != "unknown" and find.may(visit):
        return find.over(visit, why)
    return visit.show("errors/form_over", "Nothing was sent", 403, typed=_given_back(visit), why=why)


async def _by_now(visit: Visit, why: Over) -> tuple[Visit, Over]:
    """The visit as what its person acts as by now, and why that is another thing; unknown, if nobody says.

    The change may have come after identity was asked for this page, and another service have noticed it.
    """
    try:
        person = await visit.services.person(visit.session)
    except (Away, NoRecord, Refused, SessionOver):
        return visit, "unknown"
    return replace(visit, person=person), "lost" if person.lost else why


def _given_back(visit: Visit) -> dict[str, str]:
    """What this person had typed, from an earlier page too if that was theirs; nothing, if no words are among it."""
    typed: dict[str, str] = {}
    if visit.person is not None:
        typed = typed_of(visit.fields)
        with suppress(FormOver):
            holder, written = _written(visit)
            typed = written if holder.account == visit.person.account_id else typed
    return typed if WRITING & typed.keys() else {}


async def needs_school(request: Request, error: Exception) -> Response:
    words = _given_back(visit_of(request))
    return await form_over(request, FormOver()) if words else go("/school")


async def not_yours(request: Request, error: Exception) -> Response:
    if _given_back(visit_of(request)):
        return await form_over(request, FormOver())
    return visit_of(request).show("errors/not_yours", "Your role does not have this page", 403)


async def away(request: Request, error: Exception) -> Response:
    telemetry.log.error("no answer", exc_info=error)
    visit = visit_of(request)
    return visit.show("errors/wrong", SORRY, 503, kept=_kept(visit))


async def no_record(request: Request, error: Exception) -> Response:
    """A search that could not be recorded says so, whichever service could not."""
    if request.method == "POST" and request.url.path == "/find":
        return find.not_recorded(visit_of(request))
    return await away(request, error)


async def refused(request: Request, error: Exception) -> Response:
    """A service's no that no page expects is a fault of ours."""
    return await broken(request, error)


async def broken(request: Request, error: Exception) -> Response:
    telemetry.log.error("broken", exc_info=error)
    visit = visit_of(request)
    return visit.show("errors/wrong", SORRY, 500, kept=_kept(visit))


async def malformed(request: Request, error: Exception) -> Response:
    return (await met(request)).show("errors/malformed", "This form cannot be read", 400)


async def not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == TOO_LARGE.status:
        return too_large(request)
    if error.status_code not in STATUSES:
        return await malformed(request, error)
    template, title = STATUSES[error.status_code]
    response = (await met(request)).show(template, title, error.status_code)
    response.headers.update(error.headers or {})
    return response


def too_large(request: Request) -> Response:
    most_mb = BODY_MAX_BYTES // 1_000_000
    return visit_of(request).show("errors/too_large", "This is too long to send", 413, most_mb=most_mb)


HANDLERS = {
    SessionOver: session_over,
    FormOver: form_over,
    NeedsSchool: needs_school,
    NotYours: not_yours,
    Away: away,
    NoRecord: no_record,
    Refused: refused,
    Malformed: malformed,
    HTTPException: not_served,
    Exception: broken,
}
