"""A school as identity stores it, and the version of an agreement. Pure."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, Self

from shared.database.refusal import Refusal

AGREEMENT = "Operational agreement"
"""What the text that a school agrees to is called, for people."""


class NoSuchSchool(Refusal):
    """There is no school of this URN in the portal."""


class NoAgreement(Refusal):
    """The school is under no agreement, so there is nothing of which an option could be switched."""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A row of `school`. `agreement` is the version of the text that it acts under; None: nobody may act for it.
    `options`: which AgreementOptions are on, sorted."""

    urn: str
    name: str
    agreement: str | None
    status: Literal["live", "suspended"]
    options: tuple[str, ...]
    revision: int

    def under(self, agreement: str | None) -> Self:
        """The same school under another agreement: its options were the former one's, and are off."""
        return self if agreement == self.agreement else replace(self, agreement=agreement, options=())

    def with_option(self, option: str, on: bool) -> Self:
        others = {*self.options} - {option}
        return replace(self, options=tuple(sorted({*others, option} if on else others)))


def version_of(agreement: str) -> str:
    """An agreement's version: the SHA-256 of its text, hexadecimal."""
    return sha256(agreement.encode()).hexdigest()
