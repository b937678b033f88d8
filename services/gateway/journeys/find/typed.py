"""What is typed to find a child, read into the question to lookup."""

from typing import Any

from services.gateway.calls.lookup import NAME_MAX, REASON_MAX, UPN_MAX
from services.gateway.words import Fault, Fields, too_long, typed_birth, why_typed
from shared import typed

NOTHING = "Enter a UPN, or a first name, last name and date of birth"
NO_BIRTH = "Enter a date of birth too"


def find_by_upn(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked."""
    upn = typed.upn(fields.get("upn", ""))
    faults = [] if upn else [("upn", NOTHING)]
    faults += [("upn", "The UPN must be 13 characters")] if len(upn) > UPN_MAX else []
    why, more = why_typed(fields, REASON_MAX)
    return {"upn": upn, **why}, [*faults, *more]


def find_by_name(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question to lookup, and what to mend before it can be asked.

    A name alone is no question; of the date of birth the day or the month may be left out.
    """
    named = {name: typed.line(fields.get(name, "")) for name in ("given_name", "family_name")}
    born, wrong = typed_birth(fields, "born", "Date of birth")
    if not (any(named.values()) or born or wrong):
        faults = [("given_name", NOTHING)]
    else:
        said = {"given_name": "Enter a first name", "family_name": "Enter a last name"}
        faults = [(name, said[name]) for name, value in named.items() if not value]
        faults += wrong or ([] if born else [("born-day", NO_BIRTH)])
    faults += too_long(named, ("given_name", "First name", NAME_MAX), ("family_name", "Last name", NAME_MAX))
    why, more = why_typed(fields, REASON_MAX)
    return {**named, "born": born, **why}, [*faults, *more]
