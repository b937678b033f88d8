"""What is typed to find a child, read into the question to lookup."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.gateway.domain.dates import typed_date
from services.gateway.domain.hidden import Fault, Fields
from shared import typed

PURPOSES = ("welfare", "update", "planning", "records", "other")
NAME_MAX, UPN_MAX, REASON_MAX = 100, 40, 200
NOTHING = "Enter a UPN, or a first name, last name and date of birth"
NO_BIRTH = "Enter a date of birth too"


def too_long(fields: Fields, *bounds: tuple[str, str, int]) -> list[Fault]:
    """Which fields are longer than they may be; counted as the page's counter counts."""
    return [
        (name, f"{label} must be {most} characters or fewer")
        for name, label, most in bounds
        if typed.length(fields.get(name, "")) > most
    ]


def born_of(fields: Fields) -> tuple[date | None, list[Fault]]:
    """A date of birth in its three boxes, and what to mend in it."""
    return typed_date(fields, "born", "Date of birth")


def find_by_upn(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked."""
    upn = typed.upn(fields.get("upn", ""))
    faults = [] if upn else [("upn", NOTHING)]
    faults += [("upn", "The UPN must be 13 characters")] if len(upn) > UPN_MAX else []
    why, more = _purpose(fields)
    return {"upn": upn, **why}, [*faults, *more]


def find_by_name(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked. A name alone is no question."""
    named = {name: typed.line(fields.get(name, "")) for name in ("given_name", "family_name")}
    born, wrong = born_of(fields)
    if not (any(named.values()) or born or wrong):
        faults = [("given_name", NOTHING)]
    else:
        said = {"given_name": "Enter a first name", "family_name": "Enter a last name"}
        faults = [(name, said[name]) for name, value in named.items() if not value]
        faults += wrong or ([] if born else [("born-day", NO_BIRTH)])
    faults += too_long(named, ("given_name", "First name", NAME_MAX), ("family_name", "Last name", NAME_MAX))
    why, more = _purpose(fields)
    return {**named, "born": born.isoformat() if born else None, **why}, [*faults, *more]


def _purpose(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    purpose, reason = fields.get("purpose", ""), typed.line(fields.get("reason", ""))
    if purpose not in PURPOSES:
        return {}, [("purpose", "Choose why you are looking")]
    if purpose != "other":
        return {"purpose": purpose}, []
    faults = [] if reason else [("reason", "Enter why you are looking")]
    faults += too_long({"reason": reason}, ("reason", "Why you are looking", REASON_MAX))
    return {"purpose": purpose, "reason": reason}, faults
