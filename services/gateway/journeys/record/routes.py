"""The data protection officer's pages: who looked at what. Each reading is recorded before it is shown."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway import domain, entries, words
from services.gateway.answers import Entries, Entry
from services.gateway.clients import Refused
from services.gateway.domain import Fault, Fields, Filters
from services.gateway.http.visit import Visit, sent, signed_in
from shared import typed as typed_as
from shared import upn

router = APIRouter(prefix="/record", include_in_schema=False)

OFFICER = "data_protection_officer"
TITLE, TITLE_ENTRY = "Who looked at what", "One entry of the record"
NAMES = (
    "upn", "given_name", "family_name", "born-day", "born-month", "born-year", "person", "school", "kind", "purpose",
    "outcome", "correlation", "since-day", "since-month", "since-year", "until-day", "until-month", "until-year",
    "readings",
)  # fmt: skip
TEXT_MAX = 200
URN_LENGTH = 6
DAYS = {"since": "The first day", "until": "The last day"}
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
        found = await visit.services.entries(visit.session, {**ask, **place})
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values=typed)
    return _results(visit, typed, found)


@router.post("/entry")
async def post_entry(visit: Annotated[Visit, sent(OFFICER)]) -> Response:
    try:
        one = await visit.services.entry(visit.session, UUID(visit.fields.get("entry", "")))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        return visit.again("record/search", TITLE, _to_mend(refused), values={})
    heading = f"{who(one.entry)} {words.said(words.DID, one.entry.kind)}, {words.stamp(one.entry.at)}"
    return visit.show("record/entry", TITLE_ENTRY, one=one, heading=heading, who=who, entries=entries)


def who(entry: Entry) -> str:
    if entry.actor is None:
        return "Somebody not signed in"
    return entry.actor.name or "A person whose name is not known"


def _filters(visit: Visit) -> dict[str, str]:
    sealed = visit.fields.get("filters")
    if sealed:
        return dict(visit.forms.open(visit.holder, Filters, sealed, visit.now).typed)
    return {name: tidy for name in NAMES if (tidy := typed_as.line(visit.fields.get(name, "")))}


def _results(visit: Visit, typed: dict[str, str], found: Entries) -> Response:
    filters = visit.forms.seal(visit.holder, Filters(typed=typed), visit.now)
    context: dict[str, Any] = {"values": typed, "found": found, "filters": filters, "who": who, "entries": entries}
    return visit.show("record/results", TITLE, asked=restated(typed), **context)


def wanted(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to audit, and what to mend before it can be asked."""
    plain = {name: typed[name] for name in ("person", "kind", "purpose", "outcome") if name in typed}
    parts = (_child(typed), _school(typed), _span(typed), _act(typed))
    bounded = (*plain, "given_name", "family_name")
    faults = [fault for name in bounded for fault in _bounded(typed, name)]
    ask = {**plain, "readings": _with_readings(typed)}
    for asked, wrong in parts:
        ask |= asked
        faults += wrong
    return ask, faults


def _bounded(typed: Fields, name: str) -> list[Fault]:
    return [(name, f"This must be {TEXT_MAX} characters or fewer")] if len(typed.get(name, "")) > TEXT_MAX else []


def _with_readings(typed: Fields) -> bool:
    """Readings of the record are left out, unless they or one act were asked for."""
    return "readings" in typed or "correlation" in typed or typed.get("kind") == "AuditRead"


def _school(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """A school by its URN, or by its name or part of one."""
    school = typed.get("school", "")
    if not school:
        return {}, []
    if school.isascii() and school.isdecimal():
        return {"school": school}, [] if len(school) == URN_LENGTH else [("school", "A school's URN has 6 digits")]
    return {"school_named": school}, _bounded(typed, "school")


def _act(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    if not _is_uuid(typed.get("correlation")):
        why = "The reference of an act is 32 letters and digits with hyphens, from an error page"
        return {}, [("correlation", why)]
    return ({"correlation": typed["correlation"]} if "correlation" in typed else {}), []


def _child(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    names = {name: typed[name] for name in ("given_name", "family_name") if name in typed}
    born, wrong = domain.born_of(typed)
    if wrong:
        return {}, wrong
    if "upn" in typed:
        return _child_by_upn(typed["upn"], bool(names or born))
    if not names and born is None:
        return {}, []
    if born is None or len(names) < 2:
        return {}, [("given_name", "Enter the child's first name, last name and date of birth, or their UPN")]
    return {"child": {**names, "born": born.isoformat()}}, []


def _child_by_upn(given: str, named: bool) -> tuple[dict[str, Any], list[Fault]]:
    if named:
        return {}, [("upn", "Enter either a UPN or a name and date of birth, not both")]
    why = upn.fault(typed_as.upn(given))
    return {"child": {"upn": typed_as.upn(given)}}, [("upn", why)] if why else []


def _span(typed: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """From the first day until the last one, both whole days in England; a day past any calendar bounds nothing."""
    since, wrong = _day(typed, "since")
    until, also = _day(typed, "until")
    faults = [*wrong, *also]
    if since and until and since > until:
        faults.append(("until-day", "The last day must not be before the first"))
    span = {"since": _begins(since)} if since else {}
    span |= {"until": _begins(until + timedelta(days=1))} if until and until < date.max else {}
    return span, faults


def _begins(day: date) -> str:
    """When a day begins in England, by the clock of everywhere (UTC): an old day has an offset of odd seconds."""
    return datetime.combine(day, time(), domain.LONDON).astimezone(UTC).isoformat()


def _day(typed: Fields, name: str) -> tuple[date | None, list[Fault]]:
    """Any real day, however far: typed_date, which has the words for what is none, knows only those of our times."""
    day = domain.read_date(*(typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")))
    return (day, []) if day else domain.typed_date(typed, name, DAYS[name])


def restated(typed: Fields) -> list[tuple[str, str]]:
    """What was searched for, in words, to stand above what was found."""
    name = " ".join(typed[part] for part in ("given_name", "family_name") if part in typed)
    said = [
        ("Child", typed.get("upn") and f"UPN {typed['upn']}"),
        ("Child", name and f"{name}, born {_said_day(typed, 'born')}"),
        ("Person", typed.get("person")),
        ("School", typed.get("school")),
        ("Act", words.said(words.ACTS, typed.get("kind"))),
        ("Purpose", words.said(words.PURPOSES, typed.get("purpose"))),
        ("Outcome", words.said(words.OUTCOMES, typed.get("outcome"))),
        ("From", _said_day(typed, "since")),
        ("To", _said_day(typed, "until")),
        ("Reference", typed.get("correlation")),
        ("Readings of the record", "Shown, too" if _with_readings(typed) else "Left out"),
    ]
    return [(label, value) for label, value in said if value]


def _said_day(typed: Fields, name: str) -> str:
    day = domain.read_date(*(typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")))
    return words.day(day) if day else ""


def _is_uuid(text: str | None) -> bool:
    try:
        return text is None or bool(UUID(text))
    except ValueError:
        return False


def _to_mend(refused: Refused) -> list[Fault]:
    if refused.kind in REFUSED:
        return [("", REFUSED[refused.kind])]
    faults = [(_field_of(where), why) for where, why in refused.errors if why]
    return faults or [("", "This search could not be made. Check what you typed")]


def _field_of(where: str) -> str:
    """The field of the page that a JSON pointer of audit's means; none, if the page has no such field."""
    name = FIELD_OF.get(where, where.rpartition("/")[2])
    return name if name in NAMES else ""
