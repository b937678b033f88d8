"""Kinds of broken extract: each is refused with a sentence that says what to mend, and never quotes a cell."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.feed.ways.extract.manifest import read
from services.feed.ways.extract.reading import ExtractReading
from services.feed.ways.extract.refused import ExtractRefused
from tests.feed.extracts import FIRST, SSD, Rows, council, lay_down, mended, sign

Change = Callable[[Path], object]
NOW = FIRST + timedelta(hours=1)
SECRET = "Zyxwvut"
"""Stands in a cell of each broken file, and may stand in no sentence."""


def tables() -> dict[str, Rows]:
    made = council(30)
    made["pupil"][0]["surname"] = SECRET
    return made


def reading(folder: Path) -> ExtractReading:
    """The extract in this folder, read to its end. Raises ExtractRefused."""
    made = ExtractReading(read(folder, SSD.source, NOW), SSD.source)
    for _ in made.batches():
        pass
    return made


def manifest(**other: object) -> Change:
    return lambda folder: mended(folder, lambda told: told.update(other))


def entry(name: str, **other: object) -> Change:
    """Another word of the manifest on this file."""
    return lambda folder: mended(
        folder, lambda told: next(one for one in told["files"] if one["file"] == name).update(other)
    )


def without(name: str) -> Change:
    return lambda folder: mended(
        folder, lambda told: told.update(files=[one for one in told["files"] if one["file"] != name])
    )


def text(name: str, change: Callable[[str], str], rows: int | None = None) -> Change:
    """The file with another text, and a manifest that is true of it."""

    def broken(folder: Path) -> None:
        path = folder / name
        path.write_text(change(path.read_text()))
        told = json.loads((folder / "manifest.json").read_text())
        counts = {one["file"]: one["rows"] for one in told["files"]}
        sign(folder, counts | ({} if rows is None else {name: rows}), FIRST)

    return broken


def cells(name: str, column: str, value: str, upto: int = 30) -> Change:
    """This value in a column of the first rows."""

    def changed(written: str) -> str:
        rows = list(csv.DictReader(io.StringIO(written)))
        made = io.StringIO()
        writer = csv.DictWriter(made, rows[0].keys())
        writer.writeheader()
        writer.writerows(row | {column: value} if n < upto else row for n, row in enumerate(rows))
        return made.getvalue()

    return text(name, changed)


def raw(name: str, content: bytes) -> Change:
    def broken(folder: Path) -> None:
        told = json.loads((folder / "manifest.json").read_text())
        (folder / name).write_bytes(content)
        sign(folder, {one["file"]: one["rows"] for one in told["files"]}, FIRST)

    return broken


def cut(folder: Path) -> None:
    path = folder / "ssd_involvements.csv"
    path.write_bytes(path.read_bytes()[:-200])


def linked(folder: Path) -> None:
    (folder / "pupil.csv").rename(folder / "elsewhere.txt")
    (folder / "pupil.csv").symlink_to(folder / "elsewhere.txt")


BROKEN: dict[str, tuple[Change, str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "There is no manifest.json"),
    "a manifest that is no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), "is not JSON"),
    "a manifest that is a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "is not an object"),
    "a manifest of megabytes": (
        lambda folder: (folder / "manifest.json").write_text(" " * 1_000_001), "larger than 1 MB"),
    "no time": (manifest(complete_to=None), "has no complete_to as a time"),
    "a time in words": (manifest(taken_at="last night"), "has no taken_at as a time"),
    "a time without its zone": (manifest(complete_to="2026-01-05T02:00:00"), "complete_to has no time zone"),
    "a time that is to come": (manifest(taken_at="2031-01-05T02:00:00Z"), "taken_at is in the future"),
    "complete before it was taken": (
        manifest(complete_to=(FIRST + timedelta(minutes=9)).isoformat()), "later than its taken_at"),
    "no files": (manifest(files=None), "has no list of files"),
    "a table left out": (without("ssd_early_help_episodes.csv"), "ssd_early_help_episodes.csv is not in the manifest"),
    "the list of restricted children left out": (without("restricted.csv"), "restricted.csv is not in the manifest"),
    "a file in another folder": (entry("pupil.csv", file="../pupil.csv"), '"file" that is a name'),
    "a file listed twice": (entry("pupil.csv", file="staff.csv"), "lists staff.csv twice"),
    "a file that is not there": (lambda folder: (folder / "pupil.csv").unlink(), "there is no such file"),
    "a file that is a link": (linked, "there is no such file"),
    "rows in words": (entry("pupil.csv", rows="many"), "does not say how many rows pupil.csv has"),
    "no digest": (entry("pupil.csv", sha256="?"), "has no SHA-256 of pupil.csv"),
    "a file cut off": (cut, "ssd_involvements.csv is not the file that the manifest lists"),
    "a file of another day": (entry("staff.csv", sha256="0" * 64), "staff.csv is not the file that the manifest lists"),
    "other rows than it says": (entry("pupil.csv", rows=29), "pupil.csv has 30 rows, and its manifest says 29"),
    "an empty file": (raw("ssd_early_help_episodes.csv", b""), "ssd_early_help_episodes.csv is empty"),
    "no column names": (
        text("pupil.csv", lambda written: written.split("\n", 1)[1], 29), "pupil.csv has no column pupil_id"),
    "a column renamed": (
        text("ssd_involvements.csv", lambda written: written.replace("invo_involvement_end_date", "ended")),
        "ssd_involvements.csv has no column invo_involvement_end_date"),
    "a column twice": (
        text("pupil.csv", lambda written: written.replace("former_upns", "upn")), "no column former_upns"),
    "two columns of one name": (
        text("teams.csv", lambda written: "duty_phone," + written.replace("\r\nt1", "\r\nx,t1"), 1),
        "teams.csv has the column duty_phone twice"),
    "a comma without quotation marks": (
        text("pupil.csv", lambda written: written.replace(SECRET, f"{SECRET}, the elder")),
        "1 row with more or fewer than 6 cells (line 2)"),
    "a quotation mark left open": (
        text("pupil.csv", lambda written: written.replace(SECRET, f'"{SECRET}')), "a quotation mark is not closed"),
    "a cell without an end": (
        text("pupil.csv", lambda written: written.replace(SECRET, SECRET * 30_000)), "a cell is too long"),
    "no lines": (raw("pupil.csv", b"a" * 2_000_000), "more than a million characters"),
    "no text": (raw("pupil.csv", b"\x81\x8d\xff\xfe"), "neither UTF-8 nor windows-1252"),
    "a row without its key": (cells("pupil.csv", "pupil_id", "NULL", 2), "2 rows without pupil_id (lines 2, 3)"),
    "a key twice": (cells("ssd_person.csv", "pers_person_id", "7", 2), "whose pers_person_id another one has"),
    "a key of a list twice": (cells("staff.csv", "staff_id", "s1", 3), "whose staff_id another one has (lines 3, 4)"),
    "no children": (text("pupil.csv", lambda written: written.split("\n", 1)[0] + "\n", 0), "pupil.csv has no rows"),
    "no professionals": (
        text("ssd_professionals.csv", lambda written: written.split("\n", 1)[0] + "\n", 0),
        "ssd_professionals.csv has no rows"),
    "dates as a spreadsheet writes them": (
        cells("pupil.csv", "born", "03/04/2014"), "30 dates of 30 in born of pupil.csv are not written as 2024-12-10"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return lay_down(tmp_path, tables(), FIRST)


def test_what_is_broken_below_is_whole_as_it_is(folder: Path) -> None:
    made = reading(folder)
    assert {name: counted.rows for name, counted in made.counted.items()}["ssd_person"] == 30
    assert list(made.doubts()) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_it_is_refused_with_a_sentence_to_act_on(folder: Path, kind: str) -> None:
    change, sentence = BROKEN[kind]
    change(folder)
    with pytest.raises(ExtractRefused) as refused:
        reading(folder)
    told = refused.value.sentences
    assert any(sentence in one for one in told), told
    assert all(one.endswith((".", "?")) for one in told)
    assert not any(SECRET in one for one in told)


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    cells("pupil.csv", "pupil_id", "", 1)(folder)
    cells("ssd_person.csv", "pers_person_id", "7", 2)(folder)
    entry("staff.csv", rows=9)(folder)
    with pytest.raises(ExtractRefused) as refused:
        reading(folder)
    assert [one.split(".csv")[0] for one in refused.value.sentences] == ["staff", "pupil", "ssd_person"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    made = tables()
    made["pupil"][0]["surname"] = "O’Brackenfold-Zoë"
    folder = lay_down(tmp_path, made, FIRST, encoding)
    rows = [row for batch in ExtractReading(read(folder, SSD.source, NOW), SSD.source).batches() for row in batch]
    assert next(row for row in rows if row.key == "p1").body["surname"] == "O’Brackenfold-Zoë"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_every_usual_separator_is_read(folder: Path, separator: str) -> None:
    text("pupil.csv", lambda written: written.replace(",", separator))(folder)
    assert reading(folder).counted["pupil"].rows == 30


def test_a_table_that_is_never_read_may_lie_there(folder: Path) -> None:
    (folder / "ssd_cp_plans.csv").write_text("cppl_cp_plan_id\n1\n")
    sign(folder, dict.fromkeys((), 30) | {f"{n}.csv": len(rows) for n, rows in tables().items()}, FIRST)
    assert reading(folder).manifest.unread == ("ssd_cp_plans",)
