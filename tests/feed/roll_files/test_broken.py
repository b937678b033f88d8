"""Broken roll files, each refused, or read with a row's fault, in a sentence that a school office can act on."""

import struct
import zipfile
from collections.abc import Callable

import pytest

from services.feed.roll_files import one_roster as module
from services.feed.roll_files import reading
from services.feed.roll_files.reading import read_roll
from services.feed.roll_files.roll import ColumnsUnknown, RollRefused
from tests.feed import rolls_by_hand as made
from tests.feed.rolls_by_hand import CHILDREN, HEADER, TODAY, changed, ctf, pupil, rows, table, upn, without, zipped

ENTITIES = '<!DOCTYPE CTfile [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
SOURCE_OF_NOBODY = "<LEA></LEA><Estab></Estab>"


def locked() -> bytes:
    """A zip whose files are marked as encrypted."""
    raw = bytearray(zipped(made.one_roster()))
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = raw.find(mark)
        while place >= 0:
            struct.pack_into("<H", raw, place + at, 1)
            place = raw.find(mark, place + 4)
    return bytes(raw)


def twice(one: int, other: int, column: int) -> bytes:
    lines = rows()
    lines[other][column] = lines[one][column]
    return table(lines).encode()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "This file is empty."),
    "only a byte order mark": (lambda: b"\xef\xbb\xbf", "This file is empty."),
    "a PDF": (lambda: b"%PDF-1.7 ...", "This is a PDF."),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old Excel or Word file."),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n", "This is a picture."),
    "a workbook": (lambda: zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "This is an Excel workbook."),
    "a document": (lambda: zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "This is a document"),
    "packed with gzip": (lambda: b"\x1f\x8b\x08\x00", "This file is packed."),
    "bytes": (lambda: bytes(range(128, 256)) * 3, "This file is not text."),
    "a page that says sign in": (lambda: b"\r\n<!DOCTYPE html><html>Sign in", "This is a web page."),
    "a line of text": (lambda: b"Dear office, please find the roll attached.", "This file is no table"),
    "names of columns and nothing else": (lambda: table([]).encode(), "There is no child in this file."),
    "no column of birth dates": (lambda: table([r[:3] for r in rows()], HEADER[:3]).encode(), "the date of birth"),
    "names in one column": (
        lambda: table([["x y", "03/05/2014", "8F"]], ("Name", "DOB", "Reg")).encode(),
        "First and last name are in one column.",
    ),
    "two columns of birth dates": (
        lambda: table([*[[*r, r[3]] for r in rows()]], (*HEADER, "Date of birth")).encode(),
        "Several columns of this file may be the date of birth.",
    ),
    "a quotation mark that is not closed": (
        lambda: table(rows()).encode() + b'A,"B,C,03/05/2014\r\n', "a quotation mark is not closed",
    ),
    "month before day": (
        lambda: table([[r[0], r[1], r[2], "04/23/2014"] for r in rows()]).encode(), "have the month first",
    ),
    "both orders": (
        lambda: table([[*rows()[0][:3], "04/23/2014"], [*rows()[1][:3], "23/04/2014"]]).encode(),
        "Some dates in this file have the day first and some the month first",
    ),
    "hashes for all dates": (
        lambda: table([[*r[:3], "########"] for r in rows()]).encode(), "3 of 3 dates of birth cannot be read.",
    ),
    "no first names": (lambda: table([[r[0], "", *r[2:]] for r in rows()]).encode(), "have no first name or no last"),
    "one UPN of two children": (lambda: twice(0, 1, 0), "Rows 2 and 3 have the same UPN and are not the same child."),
    "XML of another kind": (lambda: b"<School><Pupil/></School>", "no Common Transfer File"),
    "a CTF cut off": (lambda: ctf().encode()[:-60], "This CTF is broken or was cut off"),
    "a CTF with entities": (lambda: ctf(declaration=ENTITIES).encode(), "This XML file defines entities"),
    "a CTF that says neither full nor partial": (lambda: ctf(qualifier="").encode(), "if it is full or partial"),
    "a CTF of no school": (lambda: ctf(source=SOURCE_OF_NOBODY).encode(), "which school it is of"),
    "a CTF for another school": (
        lambda: ctf(dest="<LEA>850</LEA><Estab>4000</Estab>").encode(), "made to send pupils to another school",
    ),
    "a CTF without pupils": (lambda: ctf(pupils="").encode(), "There is no child in this file."),
    "a zip cut off": (lambda: zipped(made.one_roster())[:-40], "This zip file is broken or was cut off."),
    "a zip with a password": (locked, "This zip file has a password."),
    "a zip without a manifest": (lambda: without("manifest.csv"), "There is no manifest.csv in this zip file"),
    "OneRoster without birth dates": (lambda: without("demographics.csv"), "so no dates of birth"),
    "OneRoster that says that users are absent": (
        lambda: changed("manifest.csv", "file.users,bulk", "file.users,absent"), "so no children",
    ),
    "OneRoster 2": (lambda: changed("manifest.csv", "version,1.2", "version,2.0"), "OneRoster of another version"),
    "OneRoster of no school": (lambda: changed("orgs.csv", "school", "district"), "There are 0 schools in orgs.csv"),
    "OneRoster with a quotation mark": (
        lambda: changed("users.csv", "Thornwick", '"Thornwick'), "users.csv in this zip file cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_and_says_what_to_do(kind: str) -> None:
    make, sentence = REFUSED[kind]
    with pytest.raises(RollRefused) as refused:
        read_roll(make(), TODAY)
    said = " ".join(refused.value.sentences)
    assert sentence in said
    assert not any(child[part] in said for child in CHILDREN for part in ("upn", "given", "family"))


COLUMN = {"UPN": 0, "first name": 1, "last name": 2, "date of birth": 3}
CELLS: dict[str, tuple[str, str, str]] = {
    "a UPN as Excel's number": ("UPN", "8.01200E+11", "was changed by Excel (8.01E+11)"),
    "a UPN without its letter": ("UPN", upn(1)[1:], "has no letter at its beginning"),
    "a UPN of twelve characters": ("UPN", upn(1)[:-1], "must be 13 characters"),
    "a wrong check letter": ("UPN", ("A" if upn(1)[0] != "A" else "B") + upn(1)[1:], "has a check letter that does"),
    "hashes for a UPN": ("UPN", "#########", "was cut off by Excel"),
    "a name of digits": ("first name", "8471", "has no letters"),
    "a long name": ("last name", "x" * 200, "is too long"),
    "31 February": ("date of birth", "31/02/2014", "is not a date that can be read"),
    "hashes for a date": ("date of birth", "#######", "was cut off by Excel"),
    "words for a date": ("date of birth", "see file", "is not a date that can be read"),
    "a day to come": ("date of birth", "03/05/2034", "is in the future"),
    "a teacher's birthday": ("date of birth", "03/05/1984", "too old for a school"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CELLS)
def test_what_is_wrong_in_one_cell_is_said_of_its_row_and_the_child_is_not_lost(kind: str) -> None:
    said, text, sentence = CELLS[kind]
    read = read_roll(made.with_cell(1, COLUMN[said], text), TODAY)
    assert len(read.entries) == 3
    fault = read.faults[0]
    assert (fault.row, fault.sentence.startswith(f"Row 3: the {said} "), sentence in fault.sentence) == (3, True, True)
    assert text not in fault.sentence or text.startswith("#")


@pytest.mark.parametrize("kind", [one for one, (said, _, _) in CELLS.items() if said in ("UPN", "date of birth")])
def test_what_cannot_be_read_is_kept_as_something_that_is_there(kind: str) -> None:
    """A child whose UPN or birth date cannot be read has one: it is never told to have none."""
    said, text, _ = CELLS[kind]
    entry = read_roll(made.with_cell(1, COLUMN[said], text), TODAY).entries[1]
    kept = entry.upn if said == "UPN" else entry.born
    assert isinstance(kept, str)
    assert kept.startswith("? ")


LOST: dict[str, bytes] = {
    "neither a name nor a UPN": b",,,03/05/2014\r\n",
    "fewer cells": b"only,two\r\n",
    "more cells": b"A,B,C,03/05/2014,Smith\r\n",
}


@pytest.mark.parametrize("kind", LOST)
def test_a_row_that_names_nobody_is_counted_for_it_may_be_a_child(kind: str) -> None:
    read = read_roll(table(rows()).encode() + LOST[kind], TODAY)
    assert (len(read.entries), read.unusable) == (3, 1)
    assert read.faults[-1].sentence.startswith("Row 5 has ")


def test_a_child_who_is_there_twice_is_taken_once() -> None:
    read = read_roll(ctf("".join(map(pupil, [*CHILDREN, CHILDREN[0]]))).encode(), TODAY)
    assert [entry.row for entry in read.entries] == [1, 2, 3]
    assert [fault.sentence for fault in read.faults] == ["Row 4 is the same child as row 1. It is taken once."]


def test_a_zip_bomb_is_let_go_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNPACKED_MAX", 100_000)
    bomb = zipped({**made.one_roster(), "demographics.csv": b"sourcedId,birthDate\n" + b"0," * 4_000_000})
    assert len(bomb) < 20_000
    with pytest.raises(RollRefused, match="unpacks to more than a roll can be"):
        read_roll(bomb, TODAY)


def test_a_zip_that_lies_about_its_sizes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNPACKED_MAX", 100_000)
    raw = bytearray(zipped({**made.one_roster(), "demographics.csv": b"0," * 4_000_000}))
    with zipfile.ZipFile(__import__("io").BytesIO(bytes(raw))) as packed:
        size = struct.pack("<L", packed.getinfo("demographics.csv").file_size)
    lying = bytes(raw).replace(size, struct.pack("<L", 10))
    with pytest.raises(RollRefused):
        read_roll(lying, TODAY)


def test_a_file_or_a_roll_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_MAX_BYTES", 50)
    with pytest.raises(RollRefused, match="larger than 32MB"):
        read_roll(table(rows()).encode(), TODAY)


def test_whoever_does_not_know_a_tables_columns_is_told_which_there_are() -> None:
    with pytest.raises(ColumnsUnknown) as unknown:
        read_roll(table(rows(), ("No", "Vorname", "Nachname", "Geburtstag")).encode(), TODAY)
    assert unknown.value.columns == ("No", "Vorname", "Nachname", "Geburtstag")
