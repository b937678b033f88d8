"""The data protection officer's pages: who looked at what. Each reading is recorded before it is shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway import words
from services.gateway.calls.audit import Audit
from services.gateway.calls.http import Refused
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.record import entries, journey
from services.gateway.journeys.record.entries import who
from services.gateway.journeys.record.typed import NAMES, Filters, restated, tidied, wanted
from services.gateway.journeys.record.words import DID
from services.gateway.words import Fault
from shared.contracts.audit import EntriesPage

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE, TITLE_ENTRY = "Who looked at what", "One entry of the record"
FIELD_OF = {
    "/child": "upn", "/child/born": "born-day", "/school_named": "school", "/since": "since-day",
    "/until": "until-day",
}  # fmt: skip
"""Where on the page a field of audit's is mended, if it has another name there."""
REFUSED = {
    "too-many-meant": "Too many people or children match. Type more of the name",
    "too-many-schools": "More than one school has this in its name. Type more of the name, or the school's URN",
    "cursor-refused": "This page is of another search. Press Search to start again",
    "entry-not-found": "There is no such entry in the record",
}


@router.get("")
async def get_record(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("record/search", TITLE)


@router.post("")
async def post_record(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """A search by its filters; or, from a page of results, the next or the previous of the same search."""
    typed = _filters(visit)
    ask, faults = wanted(typed)
    if faults:
        return visit.again("record/search", TITLE, faults, values=typed)
    place = {name: visit.fields[name] for name in ("after", "before") if visit.fields.get(name)}
    try:
        found = await Audit(visit.behalf).entries({**ask, **place})
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values=typed)
    return _results(visit, typed, found)


@router.post("/entry")
async def post_entry(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    try:
        one = await Audit(visit.behalf).entry(UUID(visit.fields.get("entry", "")))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values={})
    heading = f"{who(one.entry)} {words.said(DID, one.entry.kind)}, {words.stamp(one.entry.at)}"
    return visit.show("record/entry", TITLE_ENTRY, one=one, heading=heading, who=who, entries=entries)


def _filters(visit: Visit) -> dict[str, str]:
    sealed = visit.fields.get("filters")
    if sealed:
        return dict(visit.forms.open(visit.holder, Filters, sealed, visit.now).typed)
    return tidied(visit.fields)


def _results(visit: Visit, typed: dict[str, str], found: EntriesPage) -> Response:
    filters = visit.forms.seal(visit.holder, Filters(typed=typed), visit.now)
    context: dict[str, Any] = {"values": typed, "found": found, "filters": filters, "who": who, "entries": entries}
    return visit.show("record/results", TITLE, asked=restated(typed), **context)


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.kind in REFUSED:
        return [("", REFUSED[refused.kind])]
    faults = [(_field_of(where), why) for where, why in refused.errors if why]
    return faults or [("", "This search could not be made. Check what you typed")]


def _field_of(where: str) -> str:
    """The field of the page that a JSON pointer of audit's means; none, if the page has no such field."""
    name = FIELD_OF.get(where, where.rpartition("/")[2])
    return name if name in NAMES else ""
