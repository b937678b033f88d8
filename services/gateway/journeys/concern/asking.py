"""The questions of a concern, one a page. Each page is kept when it is sent, complete or not."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.drafts import SavedDraft
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.concern import gate, journey, pages, typed
from services.gateway.journeys.concern.opening import UNREADABLE, NotKept, colleagues, opened, saved
from services.gateway.journeys.concern.pages import NAMED, PAGES, QuestionPage, address
from services.gateway.journeys.concern.rescue import carried
from services.gateway.settings import BODY_MAX_BYTES
from services.gateway.words import Fault

router = APIRouter(include_in_schema=False)

CARRIED_BYTES = 64 * 1024
"""What a form brings beside its words: its draft, its proof, what parts it."""

Reading = Annotated[Visit, signed_in(*journey.roles)]
Sending = Annotated[Visit, sent(*journey.roles)]


@router.get("/{draft_id}/{name}")
async def get_question(visit: Reading, draft_id: str, name: str) -> Response:
    found = await _question(visit, draft_id, name)
    if isinstance(found, Response):
        return found
    first = found[1] is PAGES[0]
    return _show(visit, *found, colleagues=await colleagues(visit, found[0]) if first else ())


@router.post("/{draft_id}/{name}")
async def post_question(visit: Sending, draft_id: str, name: str) -> Response:
    """Kept first, then judged: what is not complete is kept too. Only what is too long stays on the page alone."""
    if name not in NAMED:
        return visit.show("errors/not_found", "Page not found", 404)
    page = NAMED[name]
    if faults := typed.length_faults(visit.fields):
        return await _not_kept(visit, draft_id, page, faults)
    try:
        kept = await saved(visit, draft_id, typed.answers(page, visit.fields))
    except NotKept as wrong:
        return await _not_kept(visit, draft_id, page, pages.on_page(wrong.faults) or [("", UNREADABLE)])
    return kept if isinstance(kept, Response) else _kept(visit, kept, page)


async def _not_kept(visit: Visit, draft_id: str, page: QuestionPage, faults: list[Fault]) -> Response:
    draft = await opened(visit, draft_id)
    return draft if isinstance(draft, Response) else _show(visit, draft, page, faults, values=_typed(visit, page))


def _kept(visit: Visit, draft: SavedDraft, page: QuestionPage) -> Response:
    """Onward, back or to the list; or the page again, with what it lacks or what was left out of it.

    Nobody goes on writing what is urgent before the call.
    """
    if not pages.past_the_gate(draft):
        return go(gate.way_in(draft))
    to = {"back": pages.before(draft, page), "list": address(draft.draft_id)}.get(visit.fields.get("to", ""))
    faults = [] if to else pages.on_page(draft.faults(page.answers))
    if faults or _left_out(visit):
        return _show(visit, draft, page, faults)
    return go(to or pages.after(draft, page))


def _left_out(visit: Visit) -> bool:
    """Whether characters that cannot be shown were in a text of this page: it is shown once more, and says so."""
    return bool(visit.left_out.intersection(typed.TEXTS))


async def _question(visit: Visit, draft_id: str, name: str) -> tuple[SavedDraft, QuestionPage] | Response:
    """A draft, and which question of it. Nobody writes what is urgent before the call."""
    if name not in NAMED:
        return visit.show("errors/not_found", "Page not found", 404)
    draft = await opened(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    return (draft, NAMED[name]) if pages.past_the_gate(draft) else go(gate.way_in(draft))


def _typed(visit: Visit, page: QuestionPage) -> dict[str, str]:
    """What stands on the page that was sent."""
    text = visit.fields.get(page.field, "")
    return {**typed.texts_of(visit.fields), page.field: text if page.choices else typed.tidied(page.field, text)}


def _show(
    visit: Visit, draft: SavedDraft, page: QuestionPage, faults: list[Fault] | None = None, *,
    values: dict[str, str] | None = None, status: int | None = None, **more: Any,
) -> Response:  # fmt: skip
    person = visit.person
    reach = {"contact": f"{person.name}, {person.email}"} if person else {}
    context: dict[str, Any] = {
        "draft": draft, "page": page, "faults": faults or [], "dropped": _left_out(visit), "over": None,
        "colleagues": (),
        "values": {**reach, **(values or pages.values_of(draft))}, "most_bytes": BODY_MAX_BYTES - CARRIED_BYTES,
        **carried(visit, draft.draft_id), **more,
    }  # fmt: skip
    return visit.show("concern/question", page.asked, status, **context)


async def over(visit: Visit, why: str) -> Response | None:
    """The page was of an earlier sign-in: the same question once more, with what was typed on it. None: not theirs."""
    name = visit.request.path_params.get("name", "")
    if name not in NAMED or not typed.texts_of(visit.fields):
        return None
    try:
        found = await _question(visit, visit.request.path_params["draft_id"], name)
    except Refused:
        return None
    if isinstance(found, Response):
        return None
    return _show(visit, *found, values=_typed(visit, found[1]), status=403, over=why, problem=True)
