"""What a roll file says: the school that it names, its children, and what in it cannot be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

RollFormat = Literal["ctf", "oneroster", "csv"]

ENTRIES_MAX = 20_000
"""Children of one file: more than four times the largest school."""
FAULTS_SHOWN = 200


class RollRefused(Exception):
    """Nothing of this file can be taken: why, in sentences for a school office."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


class ColumnsUnknown(RollRefused):
    """The file is a table, and it is not known which of its columns holds what. `columns`: as it names them."""

    def __init__(self, columns: Sequence[str], *sentences: str) -> None:
        super().__init__(*sentences)
        self.columns = tuple(columns)


@dataclass(frozen=True, slots=True)
class NamedSchool:
    """The school that a file says it is of. `number`: seven digits, local authority and establishment (LEA, Estab)."""

    number: str | None = None
    urn: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What cannot be read in a row, in a sentence without what stands there. `row`: as the school counts it."""

    row: int
    sentence: str


@dataclass(frozen=True, slots=True)
class RollEntry:
    """A child as a file has it. What cannot be read stays as it is written, so that nobody takes it for empty: a UPN
    that is none, a day of birth that is none. `joined`: the first day on the roll, if the file says so."""

    row: int
    given_name: str
    family_name: str
    born: date | str | None
    upn: str | None = None
    former_upns: tuple[str, ...] = ()
    joined: date | None = None


@dataclass(frozen=True, slots=True)
class ReadRoll:
    """A file that was read. `whole`: it is the school's whole roll; else only some of it, and nobody leaves by it.
    `unusable`: rows that may be children and name nobody. `left`: children who have left, as the file itself says."""

    format: RollFormat
    whole: bool
    entries: Sequence[RollEntry]
    faults: Sequence[RowFault] = ()
    unusable: int = 0
    left: int = 0
    school: NamedSchool = field(default_factory=NamedSchool)


def numbers(rows: Iterable[int], most: int = 5) -> str:
    """A few row numbers: "3, 8 and 20", and how many more there are."""
    found = [str(row) for row in sorted(rows)]
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return " and ".join(filter(None, (", ".join(found[:-1]), found[-1]))) if found else ""
