"""What is typed to find the described child, read into the question to referrals."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.gateway.calls.referrals.linking import SOUGHT_NAME_MAX, SOUGHT_UPN_MAX
from services.gateway.words import Fault, Fields, too_long, typed_date
from shared import typed, upn
from shared.contracts.referrals.answers import SendersDescription

VERSION_MAX_DIGITS = 9


def sought(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    """The question, and what to mend before it can be asked."""
    return _by_upn(fields) if fields.get("by") == "upn" else _by_name(fields)


def _by_upn(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    found = typed.upn(fields.get("upn", ""))
    fault = upn.fault(found) if found and len(found) <= SOUGHT_UPN_MAX else "Enter a UPN"
    return {"upn": found}, [("upn", fault)] if fault else []


def _by_name(fields: Fields) -> tuple[dict[str, Any], list[Fault]]:
    names = {name: typed.line(fields.get(name, "")) for name in ("given_name", "family_name")}
    said = {"given_name": "Enter a first name", "family_name": "Enter a last name"}
    born, wrong = typed_date(fields, "born", "Date of birth")
    faults = [(name, said[name]) for name, value in names.items() if not value]
    faults += wrong or ([] if born else [("born-day", "Enter a date of birth")])
    most = SOUGHT_NAME_MAX
    faults += too_long(names, ("given_name", "First name", most), ("family_name", "Last name", most))
    return {**names, "born": born.isoformat() if born else None}, faults


def as_described(child: SendersDescription | None) -> Mapping[str, str]:
    """The form as it stands before anything is typed: what the school wrote."""
    if child is None:
        return {}
    born = {"day": child.born.day, "month": child.born.month, "year": child.born.year} if child.born else {}
    names = {"given_name": child.given_name, "family_name": child.family_name}
    return {**names, **{f"born-{part}": str(value) for part, value in born.items()}}


def chosen(fields: Fields) -> tuple[int, UUID | None] | None:
    """The version that the page was of, and the child that was chosen (None: none is it). None: no form of ours."""
    version, child = fields.get("version", ""), fields.get("child", "")
    if not (version.isascii() and version.isdigit() and len(version) <= VERSION_MAX_DIGITS):
        return None
    try:
        return int(version), UUID(child) if child else None
    except ValueError:
        return None
