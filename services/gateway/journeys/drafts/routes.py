"""A lead's drafts, one thrown away, and one begun about a child who is not on the roll."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.drafts import KeptDrafts, SavedDraft
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.drafts import journey
from services.gateway.journeys.drafts.typed import DescribedPage, as_typed, child_of, described
from services.gateway.words import Fault

router = APIRouter(prefix=journey.start, include_in_schema=False)

DRAFTS, DESCRIBE = "Your drafts", "A child who is not on your roll"
DISCARD = "Do you want to throw this draft away?"
CHOOSE = "Choose if you want to throw it away"
GONE = ("draft-not-found", "already-sent")
FIELD_OF = {"born": "born-day"}
"""Where on the page a field of referrals' is mended."""

Reading = Annotated[Visit, signed_in(*journey.roles)]
Sending = Annotated[Visit, sent(*journey.roles)]


@router.get("")
async def get_drafts(visit: Reading) -> Response:
    return visit.show("drafts/drafts", DRAFTS, drafts=await KeptDrafts(visit.behalf).mine())


@router.get("/described")
async def get_describe(visit: Reading) -> Response:
    return _describe(visit, [])


@router.post("/described")
async def post_describe(visit: Sending) -> Response:
    about, faults = described(visit.fields, visit.now, visit.left_out)
    if faults:
        return _describe(visit, faults)
    try:
        draft = await _begun(visit, about)
    except Refused as refused:
        return _describe(visit, _to_mend(refused))
    return go(f"/concern/{draft.draft_id}/danger")


async def _begun(visit: Visit, about: Mapping[str, Any]) -> SavedDraft:
    """However often the page is sent it is one draft, of what was typed last; after that was sent, another."""
    drafts = KeptDrafts(visit.behalf)
    try:
        draft = await drafts.begin(_key(visit), about)
    except Refused as refused:
        if refused.kind != "draft-not-found":
            raise
        return await drafts.begin(uuid4(), about)
    if draft.sent:
        return await drafts.begin(uuid4(), about)
    return draft if _describes(draft, about) else await drafts.describe(draft.draft_id, about)


def _describes(draft: SavedDraft, about: Mapping[str, Any]) -> bool:
    return draft.child is not None and draft.child.model_dump(mode="json", include=set(about)) == about


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.status != 422:
        raise refused
    return [(_field(where), why) for where, why in refused.errors]


@router.get("/{draft_id}/child")
async def get_child(visit: Reading, draft_id: str) -> Response:
    """The child who is not on the roll, as described, to be corrected."""
    draft = await _opened(visit, draft_id)
    if draft is None or draft.child is None or draft.child_id:
        return go(journey.start)
    return _describe(visit, [], draft_id, as_typed(draft.child))


@router.post("/{draft_id}/child")
async def post_child(visit: Sending, draft_id: str) -> Response:
    about, faults = described(visit.fields, visit.now, visit.left_out)
    if faults:
        return _describe(visit, faults, draft_id)
    try:
        draft = await KeptDrafts(visit.behalf).describe(UUID(draft_id), about)
    except ValueError:
        return go(journey.start)
    except Refused as refused:
        return go(f"/concern/{draft_id}") if refused.kind in GONE else _describe(visit, _to_mend(refused), draft_id)
    return go(f"/concern/{draft.draft_id}/check")


def _key(visit: Visit) -> UUID:
    """However often the page is sent, it is one draft."""
    with suppress(ValueError):
        return UUID(visit.fields.get("key", ""))
    return uuid4()


def _field(where: str) -> str:
    name = where.removeprefix("/")
    return FIELD_OF.get(name, name)


def _describe(
    visit: Visit, faults: list[Fault], draft_id: str | None = None, values: Mapping[str, str] | None = None
) -> Response:
    """The form, for a new draft or for one that there is."""
    sealed = visit.forms.seal(visit.holder, DescribedPage(), visit.now)
    typed = values or child_of(visit.fields)
    context: dict[str, Any] = {"faults": faults, "values": typed, "key": str(_key(visit)), "sealed": sealed}
    context |= {"draft_id": draft_id}
    return visit.show("drafts/described", DESCRIBE, **context)


@router.get("/{draft_id}/discard")
async def get_discard(visit: Reading, draft_id: str) -> Response:
    draft = await _opened(visit, draft_id)
    return visit.show("drafts/discard", DISCARD, draft=draft) if draft else go(journey.start)


@router.post("/{draft_id}/discard")
async def post_discard(visit: Sending, draft_id: str) -> Response:
    draft = await _opened(visit, draft_id)
    sure = visit.fields.get("sure")
    if draft and sure not in ("yes", "no"):
        return visit.again("drafts/discard", DISCARD, [("sure", CHOOSE)], draft=draft)
    if draft and sure == "yes":
        await _discard(visit, draft.draft_id)
    return go(f"/concern/{draft.draft_id}" if draft and sure == "no" else journey.start)


async def _discard(visit: Visit, draft_id: UUID) -> None:
    """Of two presses the second finds nothing, and that is what it wanted; what is sent meanwhile stays sent."""
    try:
        await KeptDrafts(visit.behalf).discard(draft_id)
    except Refused as refused:
        if refused.kind not in GONE:
            raise


async def _opened(visit: Visit, draft_id: str) -> SavedDraft | None:
    """None: there is no such draft of this person here, or it is sent: the list says what there is."""
    try:
        draft = await KeptDrafts(visit.behalf).open(UUID(draft_id))
    except ValueError:
        return None
    except Refused as refused:
        if refused.kind != "draft-not-found":
            raise
        return None
    return None if draft.sent else draft
