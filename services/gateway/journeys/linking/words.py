"""In what a child of the records is not as the officer typed it. Pure."""

from collections.abc import Mapping

from services.gateway.words import said

DIFFERING: Mapping[str, str] = {
    "given_name": "first name", "family_name": "last name", "born": "date of birth",
    "swapped": "first and last name the other way round",
}  # fmt: skip


def differing(field: str) -> str:
    return said(DIFFERING, field)
