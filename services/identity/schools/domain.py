"""A school as identity stores it, and the version of an agreement. Pure."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from shared.database.refusal import Refusal

AGREEMENT = "Operational agreement"
"""What the text that a school agrees to is called, for people."""


class NoSuchSchool(Refusal):
    """There is no school of this URN in the portal."""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A row of `school`. `agreement` is the version of the text that it acts under; None: nobody may act for it."""

    urn: str
    name: str
    agreement: str | None
    status: Literal["live", "suspended"]
    revision: int


def version_of(agreement: str) -> str:
    """An agreement's version: the SHA-256 of its text, hexadecimal."""
    return sha256(agreement.encode()).hexdigest()
