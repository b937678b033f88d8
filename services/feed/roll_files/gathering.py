"""Gathers the children of a file, whatever its sort: reads their cells, notes what cannot be read, and who is there
twice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeVar

from services.feed.roll_files import cells
from services.feed.roll_files.cells import CellFault
from services.feed.roll_files.roll import (
    ENTRIES_MAX,
    NamedSchool,
    ReadRoll,
    RollEntry,
    RollFormat,
    RollRefused,
    RowFault,
    numbers,
)
from shared import names

Field = Literal["upn", "given_name", "family_name", "born", "former_upns", "joined", "left"]
Cells = Mapping[Field, str]
"""A row's texts, by what they are; one that is not there is empty."""
Value = TypeVar("Value")

SAID: Mapping[Field, str] = {
    "upn": "UPN", "given_name": "first name", "family_name": "last name", "born": "date of birth",
    "former_upns": "former UPNs", "joined": "date of joining", "left": "date of leaving",
}  # fmt: skip
NOBODY = "There is no child in this file. Check that you exported the pupils who are on roll."
MONTH_FIRST = (
    "The dates in this file have the month first (04/23/2014). Export it again with the day first, or as 2014-04-23."
)
BOTH_ORDERS = (
    "Some dates in this file have the day first and some the month first, so none can be relied on. Excel does that"
    " when it opens a file with other settings. Export the roll again, and upload it without opening it in Excel."
)
ORDERS = {"day": None, "month": MONTH_FIRST, "both": BOTH_ORDERS}
SPOILT_SHARE = 0.5
"""Where so many dates of birth cannot be read, the file is not what it should be."""
FEW = 3


class Gathering:
    """The children of one file, row by row; then `roll`."""

    def __init__(self, format: RollFormat, today: date) -> None:
        self._format, self._today = format, today
        self._cells: list[tuple[int, Cells]] = []
        self._faults: list[RowFault] = []
        self._entries: list[RollEntry] = []
        self._unusable = self._left = 0

    def add(self, row: int, cells: Cells) -> None:
        """One row that has something in it. Raises RollRefused where there are too many."""
        if len(self._cells) >= ENTRIES_MAX:
            raise RollRefused(f"This file has more than {ENTRIES_MAX:,} children. A file is the roll of one school.")
        self._cells.append((row, cells))

    def fault(self, row: int, sentence: str) -> None:
        """A row of which something, or nothing, can be read."""
        self._faults.append(RowFault(row, sentence))

    def lost(self, row: int, sentence: str) -> None:
        """A row that may be a child, and is nobody who can be named."""
        self._unusable += 1
        self.fault(row, sentence)

    def roll(self, whole: bool, school: NamedSchool | None = None) -> ReadRoll:
        """All of them. Raises RollRefused for a file that must not be taken, however much of it can be read."""
        if why := ORDERS[cells.order_of(one.get("born", "") for _, one in self._cells)]:
            raise RollRefused(why)
        for row, one in self._cells:
            self._read(row, one)
        self._refuse_spoilt()
        entries = self._once()
        return ReadRoll(
            self._format, whole, entries, sorted(self._faults, key=lambda one: one.row), self._unusable, self._left,
            school or NamedSchool(),
        )  # fmt: skip

    def _read(self, row: int, texts: Cells) -> None:
        left = self._cell(row, texts, "left", lambda text: cells.day(text, self._today))
        if left is not None and left <= self._today:
            self._left += 1
            return
        given = self._cell(row, texts, "given_name", cells.name) or ""
        family = self._cell(row, texts, "family_name", cells.name) or ""
        upn = self._kept(row, texts, "upn", cells.upn)
        born = self._kept(row, texts, "born", lambda text: cells.born(text, self._today))
        if not (given or family) and (upn is None or upn.startswith("?")):
            self.lost(row, f"Row {row} has no name and no UPN that can be read. Fill them in, or take the row out.")
            return
        self._name_gaps(row, given, family, born)
        self._entries.append(
            RollEntry(
                row,
                given,
                family,
                born,
                upn,
                tuple(one for one in cells.upns(texts.get("former_upns", "")) if one != upn),
                self._cell(row, texts, "joined", lambda text: cells.day(text, self._today)),
            )
        )

    def _name_gaps(self, row: int, given: str, family: str, born: date | str | None) -> None:
        absent = [said for said, there in (("first name", given), ("last name", family)) if not there]
        if born is None:
            absent.append("date of birth")
        for said in absent:
            self.fault(row, f"Row {row} has no {said}. Until it is filled in, this child is found only by the rest.")

    def _cell(self, row: int, texts: Cells, field: Field, read: Callable[[str], Value]) -> Value | None:
        try:
            return read(texts.get(field, ""))
        except CellFault as why:
            self.fault(row, f"Row {row}: the {SAID[field]} {why}.")
            return None

    def _kept(self, row: int, texts: Cells, field: Field, read: Callable[[str], Value]) -> Value | str:
        """What cannot be read is kept as it is written: it is not empty."""
        try:
            return read(texts.get(field, ""))
        except CellFault as why:
            self.fault(row, f"Row {row}: the {SAID[field]} {why}.")
            return cells.raw(texts.get(field, ""))

    def _refuse_spoilt(self) -> None:
        spoilt = sum(isinstance(one.born, str) for one in self._entries)
        if len(self._entries) >= FEW and spoilt > SPOILT_SHARE * len(self._entries):
            raise RollRefused(
                f"{spoilt} of {len(self._entries)} dates of birth cannot be read. Check that the column is a date of"
                " birth, written like 23/04/2014."
            )
        nameless = sum(not (one.given_name and one.family_name) for one in self._entries)
        if len(self._entries) >= FEW and nameless > SPOILT_SHARE * len(self._entries):
            raise RollRefused(
                f"{nameless} of {len(self._entries)} children have no first name or no last name. Check that both"
                " columns are in the file."
            )

    def _once(self) -> Sequence[RollEntry]:
        """Each child once. Raises RollRefused where a UPN is that of two, and where there is nobody."""
        kept: dict[object, RollEntry] = {}
        again = [(first, one) for one in self._entries if (first := kept.setdefault(_who(one), one)) is not one]
        clashing = [(first.row, one.row) for first, one in again if not _alike(first, one)]
        if clashing:
            told = (f"Rows {numbers(rows)} have the same UPN and are not the same child." for rows in clashing[:FEW])
            raise RollRefused(*told, "One of each pair has somebody else's UPN: put it right, and upload again.")
        if not kept and not self._unusable:
            raise RollRefused(NOBODY)
        for first, one in again:
            self.fault(one.row, f"Row {one.row} is the same child as row {first.row}. It is taken once.")
        return list(kept.values())


def _who(entry: RollEntry) -> object:
    if entry.upn and not entry.upn.startswith("?"):
        return entry.upn
    return names.fold(entry.given_name), names.fold(entry.family_name), entry.born, entry.upn


def _alike(one: RollEntry, other: RollEntry) -> bool:
    """Two rows of one UPN may differ in one thing: a first name shortened, a day mistyped."""
    same = (
        names.fold(one.given_name) == names.fold(other.given_name),
        names.fold(one.family_name) == names.fold(other.family_name),
        one.born == other.born,
    )
    return sum(same) >= 2
