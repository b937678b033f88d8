"""The list of pairs, without a name in it; two records side by side; and what the officer decides. All is recorded."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.feed.links import UPN_MAX, RecordLinks, RecordPairs
from services.gateway.calls.http import Refused
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.links import journey
from services.gateway.journeys.links.words import GROUPS
from services.gateway.words import Fault
from shared import typed, upn

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Children with two records"
COMPARE = "Are these records of one child?"
ANSWERS: dict[str, bool | None] = {"one": True, "two": False, "undo": None}
CHANGED = (
    "This was not done: one of the records has changed, or somebody has decided meanwhile. Below is how they are now"
)
SEEN_MAX = 64
Seen = Annotated[Visit, signed_in(*journey.roles)]
Sent = Annotated[Visit, sent(*journey.roles)]


@router.get("")
async def get_links(visit: Seen, group: str = "waiting") -> Response:
    if group not in GROUPS:
        return _none(visit)
    return _listed(visit, await RecordLinks(visit.behalf).listed(group), group)


@router.post("")
async def post_links(visit: Sent) -> Response:
    """The pairs of a UPN. It is asked by a form, so that it is in no address."""
    asked = typed.upn(visit.fields.get("upn", ""))
    fault = upn.fault(asked) if asked and len(asked) <= UPN_MAX else "Enter a UPN"
    links = RecordLinks(visit.behalf)
    if fault:
        return _listed(visit, await links.listed(), "waiting", [("upn", fault)])
    return _listed(visit, await links.of_upn(asked), "upn")


@router.get("/{pair_id}")
async def get_link(visit: Seen, pair_id: UUID) -> Response:
    return await _both(visit, pair_id)


@router.post("/{pair_id}")
async def post_link(visit: Sent, pair_id: UUID) -> Response:
    """One press decides."""
    answer, seen = visit.fields.get("answer", ""), visit.fields.get("seen", "")[:SEEN_MAX]
    if answer not in ANSWERS:
        return _none(visit)
    try:
        await RecordLinks(visit.behalf).decide(pair_id, ANSWERS[answer], seen)
    except Refused as refused:
        if refused.status != 409:
            return _gone(visit, refused)
        return await _both(visit, pair_id, [("", CHANGED)])
    return go(f"{journey.start}/{pair_id}")


async def _both(visit: Visit, pair_id: UUID, faults: list[Fault] | None = None) -> Response:
    try:
        both = await RecordLinks(visit.behalf).both(pair_id)
    except Refused as refused:
        return _gone(visit, refused)
    return visit.show("links/both", COMPARE, 409 if faults else 200, both=both, faults=faults or [])


def _gone(visit: Visit, refused: Refused) -> Response:
    """A pair may go while it is looked at: a record has changed, so that nobody would take them for one child."""
    if refused.status not in (404, 422):
        raise refused
    return visit.show("links/gone", COMPARE, 404)


def _listed(visit: Visit, found: RecordPairs, group: str, faults: list[Fault] | None = None) -> Response:
    context = {"found": found, "group": group, "faults": faults or [], "values": visit.fields if faults else {}}
    return visit.show("links/list", TITLE, 422 if faults else 200, **context)


def _none(visit: Visit) -> Response:
    return visit.show("errors/not_found", "Page not found", 404)
