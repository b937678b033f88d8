"""The list of children with an allocated worker: why, then page by page. Each page is recorded before it is shown."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.http import NoRecord, Refused
from services.gateway.calls.rolls import LIST_REASON_MAX, Rolls
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.roll import journey
from services.gateway.journeys.roll.typed import ListFromPage
from services.gateway.words import Fault, why_typed

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Children on your roll with an allocated worker"
NO_RECORD = "We could not record this, so we cannot show the list"
NOT_CURRENT = "We cannot be sure right now"
Sent = Annotated[Visit, sent(*journey.roles)]


@router.get("")
async def get_roll(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("roll/form", TITLE)


@router.post("")
async def post_roll(visit: Sent) -> Response:
    """The first page of the list."""
    why, faults = why_typed(visit.fields, LIST_REASON_MAX)
    return visit.again("roll/form", TITLE, faults) if faults else await _listed(visit, why)


@router.post("/next")
async def post_next(visit: Sent) -> Response:
    """What comes after the page that asks."""
    asked = visit.forms.open(visit.holder, ListFromPage, visit.fields.get("list", ""), visit.now)
    return await _listed(visit, asked.why, asked.after)


def not_recorded(visit: Visit) -> Response:
    return visit.show("roll/no_record", NO_RECORD, 503)


def over(visit: Visit, why: str) -> Response:
    """The form was of another school or sign-in: nothing was asked, and why it was is there to be sent again."""
    return visit.again("roll/form", TITLE, [], 403, over=why, problem=True)


async def _listed(visit: Visit, why: dict[str, str], after: str = "") -> Response:
    try:
        found = await Rolls(visit.behalf).listed(why, after)
    except NoRecord:
        return not_recorded(visit)
    except Refused as refused:
        if refused.status != 422:
            raise
        return visit.again("roll/form", TITLE, _to_mend(refused))
    if not found.current:
        return visit.show("roll/not_current", NOT_CURRENT)
    more = ListFromPage(why=why, after=found.next) if found.next else None
    sealed = visit.forms.seal(visit.holder, more, visit.now) if more else ""
    return visit.show("roll/list", TITLE, found=found, why=why, sealed=sealed, first=not after)


def _to_mend(refused: Refused) -> list[Fault]:
    faults = [(where.removeprefix("/"), why) for where, why in refused.errors if where == "/reason" and why]
    return faults or [("purpose", "The list could not be made. Choose why you are looking again")]
