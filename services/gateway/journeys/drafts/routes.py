"""A lead's drafts, one thrown away, and one begun about a child who is not on the roll."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.drafts import KeptDrafts, SavedDraft
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.drafts import journey
from services.gateway.journeys.drafts.typed import DescribedPage, child_of, described
from services.gateway.words import Fault

router = APIRouter(prefix=journey.start, include_in_schema=False)

DRAFTS, DESCRIBE = "Your drafts", "A child who is not on your roll"
DISCARD = "Do you want to throw this draft away?"
CHOOSE = "Choose if you want to throw it away"
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
    about, faults = described(visit.fields, visit.now)
    if faults:
        return _describe(visit, faults)
    try:
        draft = await KeptDrafts(visit.behalf).begin(_key(visit), about)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _describe(visit, [(_field(where), why) for where, why in refused.errors])
    return go(f"/concern/{draft.draft_id}/danger")


def _key(visit: Visit) -> UUID:
    """However often the page is sent, it is one draft."""
    with suppress(ValueError):
        return UUID(visit.fields.get("key", ""))
    return uuid4()


def _field(where: str) -> str:
    name = where.removeprefix("/")
    return FIELD_OF.get(name, name)


def _describe(visit: Visit, faults: list[Fault]) -> Response:
    sealed = visit.forms.seal(visit.holder, DescribedPage(), visit.now)
    values, key = child_of(visit.fields), str(_key(visit))
    return visit.show("drafts/described", DESCRIBE, faults=faults, values=values, key=key, sealed=sealed)


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
        await KeptDrafts(visit.behalf).discard(draft.draft_id)
    return go(f"/concern/{draft.draft_id}" if draft and sure == "no" else journey.start)


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
