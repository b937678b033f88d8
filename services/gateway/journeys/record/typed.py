"""What the officer asks of the record, read into the question to audit; and said back in words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.gateway.calls.audit import TERM_MAX
from services.gateway.frame.forms import Hidden
from services.gateway.journeys.record.words import ACTS, OUTCOMES
from services.gateway.words import LONDON, PURPOSES, Fault, Fields, day, read_date, said, typed_date
from shared import typed as typed_as
from shared import upn

NAMES = (
    "upn", "given_name", "family_name", "born-day", "born-month", "born-year", "person", "school", "kind", "purpose",
    "outcome", "correlation", "since-day", "since-month", "since-year", "until-day", "until-month", "until-year",
    "readings",
)  # fmt: skip
URN_LENGTH = 6
DAYS = {"since": "The first day", "until": "The last day"}


class Filters(Hidden):
    """What the data protection officer asked for, so that the next page answers the same question."""

    sealed_as = "Filters"

    typed: dict[str, str]


def tidied(fields: Fields) -> dict[str, str]:
    """What was typed into the filters, and nothing else of what came with it."""
    return {name: tidy for name in NAMES if (tidy := typed_as.line(fields.get(name, "")))}


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
    return [(name, f"This must be {TERM_MAX} characters or fewer")] if len(typed.get(name, "")) > TERM_MAX else []


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
    born, wrong = typed_date(typed, "born", "Date of birth")
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


def _begins(first: date) -> str:
    """When a day begins in England, by the clock of everywhere (UTC): an old day has an offset of odd seconds."""
    return datetime.combine(first, time(), LONDON).astimezone(UTC).isoformat()


def _day(typed: Fields, name: str) -> tuple[date | None, list[Fault]]:
    """Any real day, however far: typed_date, which has the words for what is none, knows only those of our times."""
    found = read_date(*(typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")))
    return (found, []) if found else typed_date(typed, name, DAYS[name])


def restated(typed: Fields) -> list[tuple[str, str]]:
    """What was searched for, in words, to stand above what was found."""
    name = " ".join(typed[part] for part in ("given_name", "family_name") if part in typed)
    lines = [
        ("Child", typed.get("upn") and f"UPN {typed['upn']}"),
        ("Child", name and f"{name}, born {_said_day(typed, 'born')}"),
        ("Person", typed.get("person")),
        ("School", typed.get("school")),
        ("Act", said(ACTS, typed.get("kind"))),
        ("Purpose", said(PURPOSES, typed.get("purpose"))),
        ("Outcome", said(OUTCOMES, typed.get("outcome"))),
        ("From", _said_day(typed, "since")),
        ("To", _said_day(typed, "until")),
        ("Reference", typed.get("correlation")),
        ("Readings of the record", "Shown, too" if _with_readings(typed) else "Left out"),
    ]
    return [(label, value) for label, value in lines if value]


def _said_day(typed: Fields, name: str) -> str:
    found = read_date(*(typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")))
    return day(found) if found else ""


def _is_uuid(text: str | None) -> bool:
    try:
        return text is None or bool(UUID(text))
    except ValueError:
        return False
