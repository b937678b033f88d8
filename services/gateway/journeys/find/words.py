"""What tells apart several children who may be meant, as the page asks for it. Pure."""

from collections.abc import Mapping

TELL_APART: Mapping[str, str] = {
    "upn": "add the UPN",
    "given_name": "check the first name, and type all of it, as your records have it",
    "family_name": "check the last name, and type all of it, as your records have it",
    "born": "check the date of birth, and add the day or the month if one is missing",
}


def said_of(field: str) -> str:
    """What to do about a field; of one that this gateway does not know yet, what helps always."""
    return TELL_APART.get(field, TELL_APART["upn"])
