"""The data protection officer's pages: who looked at what. Each reading is recorded before it is shown."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway import domain, words
from services.gateway.answers import Entries, Entry
from services.gateway.clients import Refused
from services.gateway.domain import Fault, Fields, Filters
from services.gateway.http.visit import Visit, sent, signed_in

router = APIRouter(prefix="/record", include_in_schema=False)

OFFICER = "data_protection_officer"
TITLE, TITLE_ENTRY = "Who looked at what", "One entry of the record"
NAMES = (
    "upn", "given_name", "family_name", "born-day", "born-month", "born-year", "person", "school", "kind", "purpose",
    "outcome", "correlation", "since-day", "since-month", "since-year", "until-day", "until-month", "until-year",
)  # fmt: skip
TEXT_MAX = 200
FIELD_OF = {"/child": "upn", "/since": "since-day", "/until": "until-day"}
REFUSED = {
    "too-many-meant": "Too many people or children match. Type more of the name",
    "cursor-refused": "This page is of another search. Press Search to start again",
    "entry-not-found": "There is no such entry in the record",
}


@router.get("")
async def get_record(visit: Annotated[Visit, signed_in(OFFICER)]) -> Response:
    return visit.show("record/search", TITLE)


@router.post("")
async def post_record(visit: Annotated[Visit, sent(OFFICER)]) -> Response:
    """A search by its filters; or, from a page of results, the next or the previous of the same search."""
    typed = _filters(visit)
    ask, faults = wanted(typed)
    if faults:
        return visit.again("record/search", TITLE, faults, values=typed)
    place = {name: visit.fields[name] for name in ("after", "before") if visit.fields.get(name)}
    try:
        entries = await visit.services.entries(visit.session, {**ask, **place})
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values=typed)
    return _results(visit, typed, entries)


@router.post("/entry")
async def post_entry(visit: Annotated[Visit, sent(OFFICER)]) -> Response:
    try:
        one = await visit.services.entry(visit.session, UUID(visit.fields.get("entry", "")))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values={})
    heading = f"{who(one.entry)} {words.said(words.DID, one.entry.kind)}, {words.stamp(one.entry.at)}"
    return visit.show("record/entry", TITLE_ENTRY, one=one, heading=heading, who=who)


def who(entry: Entry) -> str:
    if entry.actor is None:
        return "Somebody not signed in"
    return entry.actor.name or "A person whose name is not known"


def _filters(visit: Visit) -> dict[str, str]:
    sealed = visit.fields.get("filters")
    if sealed:
        return dict(visit.forms.open(visit.holder, Filters, sealed, visit.now).typed)
    return {name: visit.fields[name].strip() for name in NAMES if visit.fields.get(name, "").strip()}


def _results(visit: Visit, typed: dict[str, str], entries: Entries) -> Response:
    filters = visit.forms.seal(visit.holder, Filters(typed=typed), visit.now)
    return visit.show("record/results", TITLE, values=typed, entries=entries, filters=filters, who=who)


def wanted(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to audit, and what to mend before it can be asked."""
    plain = {name: typed[name] for name in ("person", "school", "kind", "purpose", "outcome") if name in typed}
    child, faults = _child(typed)
    since, until = _day(typed, "since"), _day(typed, "until")
    faults += [
        (f"{name}-day", "This must be a real date") for name, at in (("since", since), ("until", until)) if not at
    ]
    faults += [(name, f"This must be {TEXT_MAX} characters or fewer") for name in plain if len(plain[name]) > TEXT_MAX]
    if not (len(typed.get("school", "000000")) == 6 and typed.get("school", "0").isdecimal()):
        faults.append(("school", "The school's URN must be 6 digits"))
    if not _is_uuid(typed.get("correlation")):
        faults.append(
            ("correlation", "The reference of an act is 32 letters and digits with hyphens, from an error page")
        )
    span = {"since": since.isoformat()} if isinstance(since, datetime) else {}
    span |= {"until": (until + timedelta(days=1)).isoformat()} if isinstance(until, datetime) else {}
    same_act = {"correlation": typed["correlation"]} if typed.get("correlation") else {}
    return {**plain, **child, **span, **same_act}, faults


def _child(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    names = {name: typed[name] for name in ("given_name", "family_name") if name in typed}
    born, wrong = domain.born_of(typed)
    if wrong:
        return {}, wrong
    if "upn" in typed:
        both: list[Fault] = [("upn", "Enter either a UPN or a name and date of birth, not both")]
        return {"child": {"upn": typed["upn"]}}, both if names or born else []
    if not names and born is None:
        return {}, []
    if born is None or len(names) < 2:
        return {}, [("given_name", "Enter the child's first name, last name and date of birth, or their UPN")]
    return {"child": {**names, "born": born.isoformat()}}, []


def _day(typed: Fields, name: str) -> datetime | bool:
    """The start of a day in England; True: none was asked for; False: no real date."""
    parts = [typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")]
    if not any(parts):
        return True
    day = domain.read_date(*parts)
    return datetime.combine(day, time(), domain.LONDON) if day else False


def _is_uuid(text: str | None) -> bool:
    try:
        return text is None or bool(UUID(text))
    except ValueError:
        return False


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.kind in REFUSED:
        return [("", REFUSED[refused.kind])]
    faults = [(FIELD_OF.get(where, where.removeprefix("/")), why) for where, why in refused.errors if why]
    return faults or [("", "This search could not be made. Check what you typed")]
