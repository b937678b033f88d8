"""One page: what the school wrote of the child, who in the records may be meant, and which of them it is."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals.linking import Links
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.linking import journey
from services.gateway.journeys.linking.typed import as_described, chosen, sought
from services.gateway.words import Fault
from shared.contracts.referrals.lists import CandidatesFound

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Find the child in the council's records"
REFUSED: Mapping[str, str] = {
    "linking-refused": "This was not done: somebody has changed this referral meanwhile. Below is how it stands now",
}
Sent = Annotated[Visit, sent(*journey.roles)]


@router.get("/{reference}")
async def get_linking(visit: Annotated[Visit, signed_in(*journey.roles)], reference: str) -> Response:
    return await _page(visit, reference)


@router.post("/{reference}")
async def post_linking(visit: Sent, reference: str) -> Response:
    """Who may be meant. It is asked by a form, so that nobody's name is in an address."""
    asked, faults = sought(visit.fields)
    if faults:
        return await _page(visit, reference, faults)
    try:
        found = await Links(visit.behalf).candidates(reference, asked)
    except Refused as refused:
        return await _page(visit, reference, _to_mend(refused))
    return await _page(visit, reference, found=found)


@router.post("/{reference}/child")
async def post_child(visit: Sent, reference: str) -> Response:
    """This is the child; or, without one, none is."""
    choice = chosen(visit.fields)
    if not choice:
        return _none(visit)
    try:
        await Links(visit.behalf).link(reference, *choice)
    except Refused as refused:
        return await _page(visit, reference, _to_mend(refused), 409)
    return go(f"/referral/{reference}")


def _none(visit: Visit) -> Response:
    return visit.show("errors/not_found", "Page not found", 404)


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.status not in (404, 409, 422):
        raise refused
    faults = [(where.removeprefix("/"), why) for where, why in refused.errors if why]
    return faults or [("", REFUSED.get(refused.kind, "This could not be done. Check what you typed"))]


async def _page(
    visit: Visit, reference: str, faults: list[Fault] | None = None, status: int = 422,
    found: CandidatesFound | None = None,
) -> Response:  # fmt: skip
    """The referral's child as it stands now, with what was typed, else with what the school wrote in the form."""
    try:
        link = await Links(visit.behalf).read(reference)
    except Refused as refused:
        if refused.status not in (404, 422):
            raise
        return _none(visit)
    values = {**as_described(link.described), **visit.fields}
    context: dict[str, Any] = {"link": link, "found": found, "faults": faults or [], "values": values}
    return visit.show("linking/page", TITLE, status if faults else 200, **context)
