"""CSV files out of schools' own systems: where the columns are named, which of them holds what, and the rows."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from services.feed.roll_files.gathering import SAID, Field, Gathering
from services.feed.roll_files.roll import ColumnsUnknown, ReadRoll, RollRefused
from shared import typed

SEPARATORS = (",", ";", "\t", "|")
HEADER_WITHIN = 15
"""In so many first lines the columns are named: some systems put a title before them."""
COLUMNS_MAX, CELL_MAX = 300, 4_000
ColumnMap = Mapping[Field, str]
"""Which column holds what, by the name that it has in the file."""
NEEDED: Sequence[Field] = ("given_name", "family_name", "born")

ALIASES: Mapping[Field, frozenset[str]] = {
    "upn": frozenset(("upn", "uniquepupilnumber", "pupilupn", "studentupn", "currentupn", "upnnumber")),
    "given_name": frozenset((
        "forename", "firstname", "givenname", "legalforename", "legalfirstname", "forenames", "firstnames",
        "pupilforename", "studentforename", "studentfirstname",
    )),
    "family_name": frozenset((
        "surname", "lastname", "familyname", "legalsurname", "legallastname", "pupilsurname", "studentsurname",
        "studentlastname",
    )),
    "born": frozenset((
        "dob", "dateofbirth", "birthdate", "birthday", "pupildob", "studentdob", "dateofbirthddmmyyyy",
    )),
    "former_upns": frozenset(("formerupn", "formerupns", "previousupn")),
    "joined": frozenset((
        "doa", "dateofadmission", "admissiondate", "dateofentry", "entrydate", "startdate", "enrolmentdate",
        "enrolmentstartdate", "dateadmitted",
    )),
    "left": frozenset(("dol", "dateofleaving", "leavingdate", "dateleft", "enrolmentenddate", "enddate")),
}  # fmt: skip
WHOLE_NAME = frozenset(("name", "fullname", "pupilname", "studentname", "displayname", "pupil", "student"))


def read_table(text: str, today: date, known: ColumnMap | None = None) -> ReadRoll:
    """`known`: which column holds what, as somebody said it of such a file; a file that has not all of its columns is
    read by the columns' names. Raises RollRefused, ColumnsUnknown."""
    lines = list(islice(io.StringIO(text), HEADER_WITHIN))
    line, separator, columns = _header(lines, known or {})
    if not set(NEEDED) <= _guessed(columns, known or {}).keys():
        known = None
        line, separator, columns = _header(lines, {})
    places = _places(columns, known or {})
    gathering = Gathering("csv", today)
    rows = (
        (number, cells) for number, cells in rows_of(text, separator) if number > line and any(map(str.strip, cells))
    )
    for number, cells in rows:
        _add(gathering, number, cells, places, columns)
    return gathering.roll(whole=True)


def rows_of(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, cells) of each row. Raises RollRefused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise RollRefused(
            f"From row {reader.line_num + 1} on the file cannot be read: a quotation mark is not closed, or a cell is"
            " too long. Export it again."
        ) from None


def folded(name: str) -> str:
    """A column's name as it is compared: letters and digits alone."""
    return re.sub(r"[\W_]", "", typed.plain(name)).casefold()


def _header(lines: Sequence[str], known: ColumnMap) -> tuple[int, str, list[str]]:
    """The line that names the columns, the separator, the names: whichever fits best."""
    best: tuple[int, int, int, str, list[str]] | None = None
    for number, line in enumerate(lines, 1):
        for separator in SEPARATORS:
            try:
                names = next(csv.reader([line], delimiter=separator), [])
            except csv.Error:
                continue
            found = len(_guessed(names, known))
            if best is None or (found, len(names)) > best[:2]:
                best = found, len(names), number, separator, [typed.line(one) for one in names]
    if best is None or best[1] < len(NEEDED):
        raise RollRefused(
            "This file is no table with a column for each of first name, last name and date of birth. Export the roll"
            " as CSV, with the names of the columns in its first row."
        )
    if best[1] > COLUMNS_MAX:
        raise RollRefused(f"This file has more than {COLUMNS_MAX} columns. Export only what the roll needs.")
    return best[2], best[3], best[4]


def _guessed(columns: Sequence[str], known: ColumnMap) -> dict[Field, list[int]]:
    """Where each thing is, by what was said or by the columns' names; several places where a name is there twice."""
    found: dict[Field, list[int]] = {}
    for field, aliases in ALIASES.items():
        named = aliases if not known else {folded(known[field])} if field in known else set()
        if places := [n for n, column in enumerate(columns) if folded(column) in named]:
            found[field] = places
    return found


def _places(columns: Sequence[str], known: ColumnMap) -> dict[Field, int]:
    guessed = _guessed(columns, known)
    if twice := [field for field, places in guessed.items() if len(places) > 1]:
        raise ColumnsUnknown(columns, f"Several columns of this file may be the {SAID[twice[0]]}. Say which one it is.")
    if absent := [SAID[field] for field in NEEDED if field not in guessed]:
        if any(folded(column) in WHOLE_NAME for column in columns) and "first name" in absent:
            raise ColumnsUnknown(
                columns, "First and last name are in one column. Export them in two columns, or say which they are."
            )
        raise ColumnsUnknown(columns, f"It is not clear which column is the {' and the '.join(absent)}. Say so.")
    return {field: places[0] for field, places in guessed.items()}


def _add(
    gathering: Gathering, row: int, cells: Sequence[str], places: Mapping[Field, int], columns: Sequence[str]
) -> None:
    if len(cells) < len(columns) and max(places.values()) >= len(cells):
        gathering.lost(row, f"Row {row} has fewer cells than there are columns. Check it, or take it out.")
    elif len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        gathering.lost(row, f"Row {row} has more cells than there are columns: a comma in a cell needs quotes.")
    else:
        gathering.add(row, {field: cells[place][:CELL_MAX] for field, place in places.items()})
