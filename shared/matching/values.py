"""What is compared: a child as somebody asks for it, and a child as a record has it."""

from dataclasses import dataclass
from datetime import date

KNOWN_MIN = 2
"""Parts of a birth date without which a name finds nobody."""


@dataclass(frozen=True, slots=True)
class BornSought:
    """A birth date as far as it is known; a part that is None is not."""

    year: int | None
    month: int | None
    day: int | None

    @classmethod
    def of(cls, born: date) -> "BornSought":
        return cls(born.year, born.month, born.day)

    @property
    def is_enough(self) -> bool:
        return sum(part is not None for part in (self.year, self.month, self.day)) >= KNOWN_MIN

    @property
    def is_whole(self) -> bool:
        return None not in (self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed; names as they were typed."""

    given_name: str
    family_name: str
    born: BornSought


@dataclass(frozen=True, slots=True)
class Recorded:
    """A child of the records; names as they are recorded."""

    given_name: str
    family_name: str
    born: date
    upn: str | None = None
    former_family_names: tuple[str, ...] = ()
