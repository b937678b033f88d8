"""What people type into the pages, read into what the services ask for; and what travels in hidden fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

LONDON = ZoneInfo("Europe/London")
PURPOSES = ("welfare", "update", "planning", "records", "other")
NAME_MAX, UPN_MAX, REASON_MAX = 100, 40, 200
CONCERN_MIN, CONCERN_MAX, DETAIL_MAX, CONTACT_MAX, NUMBER_MAX = 20, 4000, 2000, 200, 30

Fields = Mapping[str, str]
Fault = tuple[str, str]
"""Which field of the page, and what to mend in it, in words for the person."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*([ap]\.?m\.?)?", re.IGNORECASE)
PHONE = re.compile(r"[0-9+() -]{3,30}")


class Hidden(BaseModel):
    """Something that a page carries in a sealed field."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Line(Hidden):
    """A number to call, and whose it is."""

    whose: str
    phone: str
    hours: str | None = None


class About(Hidden):
    """The child that an answer showed, so that a concern can be about this child and no other."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    has_worker: bool
    lines: tuple[Line, ...] = ()
    """The worker's own numbers and the duty line, in the order in which to call them."""


class Draft(Hidden):
    """A concern or update as far as it is written. `key` makes sending it twice the same as once."""

    about: About
    key: UUID
    danger: str | None = None
    gate: Literal["not_urgent", "telephoned", "worker_told"] | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    typed: dict[str, str] = {}


class Kept(Hidden):
    """What was typed into a form that could not be taken, for the same person to copy from."""

    typed: dict[str, str]


class Filters(Hidden):
    """What the data protection officer asked for, so that the next page answers the same question."""

    typed: dict[str, str]


def read_date(day: str, month: str, year: str) -> date | None:
    """The date, or None when there is none. A month may be a word."""
    named = month.strip().lower()[:3]
    number = str(MONTHS.index(named) + 1) if named in MONTHS else month.strip()
    parts = (year.strip(), number, day.strip())
    if not all(part.isascii() and part.isdecimal() for part in parts) or len(parts[0]) != 4:
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        return None


def read_moment(day: date, time: str) -> datetime | None:
    """A time as people write it (2:30pm, 14.30, 2 pm) on a day in England; None when it is not one."""
    match = TIME.fullmatch(time.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if (half and not 1 <= hour <= 12) or not (half or match[2]):
        return None
    hour = hour % 12 + (12 if half.startswith("p") else 0) if half else hour
    if hour > 23 or minute > 59:
        return None
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def _too_long(fields: Fields, *bounds: tuple[str, str, int]) -> list[Fault]:
    return [
        (name, f"{label} must be {most} characters or fewer")
        for name, label, most in bounds
        if len(fields.get(name, "").strip()) > most
    ]


def _born(fields: Fields) -> tuple[date | None, list[Fault]]:
    parts = [fields.get(f"born-{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return None, []
    born = read_date(*parts)
    return born, [] if born else [("born-day", "Date of birth must be a real date")]


def find_by_upn(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked."""
    upn = fields.get("upn", "").strip()
    nothing = "Enter a UPN, or a first name, last name and date of birth"
    faults = [] if upn else [("upn", nothing)]
    faults += [("upn", "The UPN must be 13 characters")] if len(upn) > UPN_MAX else []
    why, more = _purpose(fields)
    return {"upn": upn, **why}, [*faults, *more]


def find_by_name(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked. A name alone is no question."""
    given, family = fields.get("given_name", "").strip(), fields.get("family_name", "").strip()
    born, faults = _born(fields)
    if not (given or family or born or faults):
        faults = [("given_name", "Enter a UPN, or a first name, last name and date of birth")]
    else:
        missing = [] if born or faults else [("born-day", "Enter a date of birth too")]
        names = [("given_name", given, "Enter a first name"), ("family_name", family, "Enter a last name")]
        faults = [(name, say) for name, value, say in names if not value] + faults + missing
    faults += _too_long(fields, ("given_name", "First name", NAME_MAX), ("family_name", "Last name", NAME_MAX))
    why, more = _purpose(fields)
    ask = {"given_name": given, "family_name": family, "born": born.isoformat() if born else None, **why}
    return ask, [*faults, *more]


def _purpose(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    purpose, reason = fields.get("purpose", ""), fields.get("reason", "").strip()
    if purpose not in PURPOSES:
        return {}, [("purpose", "Choose why you are looking")]
    if purpose != "other":
        return {"purpose": purpose}, []
    faults = [] if reason else [("reason", "Enter why you are looking")]
    faults += _too_long(fields, ("reason", "Why you are looking", REASON_MAX))
    return {"purpose": purpose, "reason": reason}, faults


def called(fields: Fields, now: datetime) -> tuple[datetime | None, str, list[Fault]]:
    """When the school called and which number, and what to mend."""
    day = read_date(*(fields.get(f"called-{part}", "") for part in ("day", "month", "year")))
    at = read_moment(day, fields.get("called-time", "")) if day else None
    number = fields.get("called_number", "").strip()
    faults: list[Fault] = [] if day else [("called-day", "The day that you called must be a real date")]
    if day and at is None:
        faults.append(("called-time", "Enter the time that you called, like 2:30pm or 14:30"))
    if at and at > now:
        faults.append(("called-time", "The time that you called must be in the past"))
    if not PHONE.fullmatch(number):
        faults.append(("called_number", "Enter the number that you called, like 01234 567890"))
    return at, number, faults


TYPED = ("kind", "concern", "child_said", "family", "done_so_far", "parents_know", "parents_reason", "contact")
"""The fields of the form, in the order in which the page shows them."""

BOUNDS = (
    ("concern", "What has happened", CONCERN_MAX),
    ("child_said", "What the child said", DETAIL_MAX),
    ("family", "Who else is in the family", DETAIL_MAX),
    ("done_so_far", "What your school has done", DETAIL_MAX),
    ("parents_reason", "Why they do not know", DETAIL_MAX),
    ("contact", "How to reach you", CONTACT_MAX),
)


def typed_of(fields: Fields) -> dict[str, str]:
    """What was typed into the form, and nothing else of what came with it."""
    return {name: fields[name].strip() for name in TYPED if fields.get(name, "").strip()}


def mend_concern(typed: Fields) -> list[Fault]:
    """What to mend before the form can be checked and sent."""
    known, concern = typed.get("parents_know"), typed.get("concern", "")
    unmet = [
        (typed.get("kind") not in ("concern", "update"), "kind", "Choose if this is a new concern or an update"),
        (not concern, "concern", "Enter what has happened"),
        (0 < len(concern) < CONCERN_MIN, "concern", f"What has happened must be {CONCERN_MIN} characters or more"),
        (not typed.get("done_so_far"), "done_so_far", "Enter what your school has done so far"),
        (known not in ("yes", "no"), "parents_know", "Choose if the parents or carers know"),
        (known == "no" and not typed.get("parents_reason"), "parents_reason", "Enter why they do not know"),
        (not typed.get("contact"), "contact", "Enter how we can reach you"),
    ]
    return [(name, say) for wrong, name, say in unmet if wrong] + _too_long(typed, *BOUNDS)


def referral(draft: Draft) -> dict[str, Any]:
    """The question to referrals, from a draft that has been checked."""
    typed = draft.typed
    told: dict[str, Any] = {
        "child_id": str(draft.about.child_id), "gate": draft.gate, "kind": typed["kind"], "concern": typed["concern"],
        "done_so_far": typed["done_so_far"], "parents_know": typed["parents_know"] == "yes",
        "contact": typed["contact"],
    }  # fmt: skip
    if typed["parents_know"] == "no":
        told["parents_reason"] = typed["parents_reason"]
    if draft.called_at is not None:
        told |= {"called_at": draft.called_at.isoformat(), "called_number": draft.called_number}
    return told | {name: typed[name] for name in ("child_said", "family") if typed.get(name)}
