"""Who may be meant by names and a birth date, and by which keys of an index they are found. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from shared import matching
from shared.matching import BornSought, Recorded, Sought
from shared.matching.indexing import indexed

BORN = re.compile("([0-9]{4})-([0-9]{2}|XX)-([0-9]{2}|XX)")
"""A birth date as a question has it; a part that is not known is XX (ISO 8601-2): 2014-04-XX."""
LEAP_YEAR = 2000


def born_sought(text: str) -> BornSought:
    """Raises ValueError: not written so, no day of the calendar, or too little of it is known."""
    found = BORN.fullmatch(text)
    if not found:
        raise ValueError(BORN.pattern)
    year, month, day = (None if part == "XX" else int(part) for part in found.groups())
    born = BornSought(year, month, day)
    date(year or LEAP_YEAR, month or 1, day or 1)
    if not born.is_enough:
        raise ValueError(BORN.pattern)
    return born


def written(born: BornSought) -> str:
    """The opposite: how a question writes it."""
    parts = (f"{part:02}" if part is not None else "XX" for part in (born.month, born.day))
    return "-".join((f"{born.year:04}", *parts))


def whole(born: BornSought | None) -> date | None:
    """The date, if all of it is known."""
    if born is None or born.year is None or born.month is None or born.day is None:
        return None
    return date(born.year, born.month, born.day)


class Named(NamedTuple):
    """What a question by name goes by, of a child as the records have it. None: it could not be read, and may be
    anything."""

    given_name: str | None
    family_name: str | None
    born: date | None

    @property
    def recorded(self) -> Recorded:
        return Recorded(self.given_name or "", self.family_name or "", self.born or date.min)

    @property
    def is_somebody(self) -> bool:
        return any(part is not None for part in self)


def named(row: Mapping[str, Any]) -> Named:
    """Of the columns that are kept of a child; `unread` names those that could not be read."""
    return Named(*(None if part in row["unread"] else row[part] for part in Named._fields))


class Unkeyed(NamedTuple):
    """A row that finds a child at a school (None: at any), and whose keys are to be computed."""

    child_id: UUID
    school: str | None
    named: Named


def keys_on_roll(school: str, named: Named) -> list[int]:
    """What finds a child in the index of a school's roll."""
    return _numbers(matching.keys(named.recorded), school)


def keys_anywhere(named: Named) -> list[int]:
    """What finds a child that may be at any school."""
    return _numbers(matching.keys(named.recorded), "")


@dataclass(frozen=True, slots=True)
class KeysSought:
    """The keys of a question: on one school's roll, and among those who may be anywhere."""

    on_roll: list[int]
    anywhere: list[int]


def keys_sought(school: str, sought: Sought) -> KeysSought:
    """Anywhere also those of one name alone: of a child of whom the other could not be read."""
    keys = matching.keys_sought(sought)
    halves = (replace(sought, given_name=""), replace(sought, family_name=""))
    alone = {key for half in halves for key in matching.keys_sought(half)}
    return KeysSought(_numbers(keys, school), _numbers(keys | alone, ""))


def _numbers(keys: Iterable[str], school: str) -> list[int]:
    return sorted({indexed(key, school) for key in keys})


@dataclass(frozen=True, slots=True)
class Maybe:
    """A child that may fit a question by name, for something that it goes by could not be read."""

    child_id: UUID
    named: Named

    def is_beside(self, child_id: UUID) -> bool:
        """Whether it is another child than this one that is meant. One of which neither name nor birth date is known
        does not hinder the answers about all others of its school."""
        return self.child_id != child_id and self.named.is_somebody

    def fits(self, sought: Sought, *, surely: bool) -> bool:
        """Whether it would be meant if what could not be read were as it was typed: as surely as an exact one is, or at
        all."""
        judged = matching.judge(self._filled(sought), [self.named], lambda _: self._supposed(sought))
        return judged.verdict == "match" or (judged.verdict == "close" and not surely)

    def _supposed(self, sought: Sought) -> Recorded:
        given, family, born = self.named
        return Recorded(
            sought.given_name if given is None else given,
            sought.family_name if family is None else family,
            _some_day(sought.born) if born is None else born,
        )

    def _filled(self, sought: Sought) -> Sought:
        """Where the birth date could not be read, what is not known of the one that is asked for counts for nothing."""
        return replace(sought, born=BornSought.of(_some_day(sought.born))) if self.named.born is None else sought


def _some_day(born: BornSought) -> date:
    return date(born.year or LEAP_YEAR, born.month or 1, born.day or 1)
