"""Roll files as schools have them: whatever their sort, encoding and way of writing, the same children."""

from collections.abc import Callable
from datetime import date

import pytest

from services.feed.roll_files import cells
from services.feed.roll_files.reading import read_roll
from services.feed.roll_files.roll import ReadRoll
from shared import names
from tests.feed import rolls_by_hand as made
from tests.feed.rolls_by_hand import CHILDREN, TODAY, ctf, pupil, rows, table, upn, zipped

SPACED = 'CTfile xmlns="http://www.dfe.gov.uk/ctf"'


def arbor() -> str:
    header = ("Title line of the report", "", "", "", "")
    lines = [["First name", "Last name", "Date of birth", "UPN", "Year group"]]
    lines += [[r[1], r[2], r[3], r[0], "8"] for r in rows()]
    return table(lines, header)


def bromcom() -> str:
    return table([[r[1], r[2], r[0], c["born"]] for r, c in zip(rows(), CHILDREN, strict=True)],
                 ("FirstName", "LastName", "UPN", "DOB"), "\t")  # fmt: skip


SAME: dict[str, Callable[[], bytes]] = {
    "SIMS": lambda: table(rows()).encode(),
    "Arbor, under a title": lambda: arbor().encode(),
    "Bromcom, with tabs": lambda: bromcom().encode(),
    "semicolons": lambda: table(rows(), separator=";").encode(),
    "Excel's UTF-8": lambda: table(rows()).encode("utf-8-sig"),
    "windows-1252": lambda: table(rows()).encode("cp1252"),
    "UTF-16": lambda: table(rows()).encode("utf-16"),
    "blank lines": lambda: b"\r\n" + table([[], *rows(), ["", "", "", ""]]).encode(),
    "CTF": lambda: ctf().encode(),
    "CTF with a namespace": lambda: ctf(root=SPACED).encode(),
    "CTF with a byte order mark": lambda: ctf().encode("utf-8-sig"),
    "CTF in UTF-16": lambda: ctf(declaration='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "CTF in windows-1252": lambda: ctf(declaration='<?xml version="1.0" encoding="windows-1252"?>').encode("cp1252"),
    "CTF that says UTF-8 and is windows-1252": lambda: ctf().encode("cp1252"),
    "CTF without a declaration": lambda: ctf(declaration="").encode(),
    "OneRoster 1.2": lambda: zipped(made.one_roster()),
    "OneRoster in a folder": lambda: zipped({f"export/{name}": text for name, text in made.one_roster().items()}),
}


def children(read: ReadRoll) -> list[tuple[object, ...]]:
    return [(one.upn, names.fold(one.given_name), names.fold(one.family_name), one.born) for one in read.entries]


EXPECTED = [
    (c["upn"], names.fold(c["given"]), names.fold(c["family"]), date.fromisoformat(c["born"])) for c in CHILDREN
]


@pytest.mark.parametrize("kind", SAME)
def test_the_children_are_the_same(kind: str) -> None:
    read = read_roll(SAME[kind](), TODAY)
    assert children(read) == EXPECTED
    assert (read.faults, read.unusable, read.whole) == ([], 0, True)


WRITTEN = ["05/03/2014", "5/3/14", "2014-03-05", "5-Mar-14", "05 March 2014", "5th March, 2014", "05.03.2014",
           "20140305", "2014-03-05 00:00:00", "05/03/2014 00:00", "41703", "41703.0", "'05/03/2014", '="05/03/2014"',
           " 05/03/2014\u00a0"]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_day_is_read_in_each_way_it_is_written_in(text: str) -> None:
    assert cells.born(text, TODAY) == date(2014, 3, 5)


@pytest.mark.parametrize("text", [upn(1).lower(), f"'{upn(1)}", f'="{upn(1)}"', f"\u00a0{upn(1)[:5]} {upn(1)[5:]} "])
def test_a_upn_is_read_as_spreadsheets_leave_it(text: str) -> None:
    assert cells.upn(text) == upn(1)


@pytest.mark.parametrize("text", ["", " ", "N/A", "-", "None", "No UPN"])
def test_a_child_without_a_upn_has_none(text: str) -> None:
    assert cells.upn(text) is None


def test_two_digits_of_a_year_are_this_century_unless_that_is_to_come() -> None:
    assert (cells.day("3/5/26", TODAY), cells.day("3/5/27", TODAY)) == (date(2026, 5, 3), date(1927, 5, 3))


def test_a_partial_ctf_is_never_a_whole_roll() -> None:
    assert not read_roll(ctf(qualifier="partial").encode(), TODAY).whole


def test_a_delta_of_oneroster_is_never_a_whole_roll() -> None:
    assert not read_roll(made.changed("manifest.csv", "file.users,bulk", "file.users,delta"), TODAY).whole


def test_a_ctf_says_which_school_it_is_of_by_its_number_or_its_urn() -> None:
    by_number, by_urn = read_roll(ctf().encode(), TODAY), read_roll(ctf(source="<URN>990001</URN>").encode(), TODAY)
    assert (by_number.school.number, by_urn.school.urn) == ("8504123", "990001")


def test_a_child_who_has_left_by_the_files_own_word_is_counted_and_is_not_on_the_roll() -> None:
    def stay(entry: str, leaving: str) -> str:
        return (f"<SchoolHistory><School><LEA>850</LEA><Estab>4123</Estab><EntryDate>{entry}</EntryDate>"
                f"<LeavingDate>{leaving}</LeavingDate></School></SchoolHistory>")  # fmt: skip

    stays = [stay("2024-09-01", ""), stay("2023-09-01", "2026-07-22"), stay("2025-09-01", "2027-07-22")]
    read = read_roll(ctf("".join(map(pupil, CHILDREN, stays))).encode(), TODAY)
    assert [entry.joined for entry in read.entries] == [date(2024, 9, 1), date(2025, 9, 1)]
    assert read.left == 1


def test_who_is_to_be_deleted_is_no_child_of_oneroster() -> None:
    read = read_roll(made.changed("users.csv", "u1,active", "u1,tobedeleted"), TODAY)
    assert [entry.upn for entry in read.entries] == [upn(1), upn(3)]


def test_columns_that_somebody_named_are_read_as_they_said_and_a_usual_file_as_usual() -> None:
    known = {"given_name": "Vorname", "family_name": "Nachname", "born": "Geburtstag", "upn": "No"}
    odd = table(rows(), ("No", "Vorname", "Nachname", "Geburtstag")).encode()
    for raw in (odd, table(rows()).encode()):
        assert children(read_roll(raw, TODAY, known)) == EXPECTED  # type: ignore[arg-type]
