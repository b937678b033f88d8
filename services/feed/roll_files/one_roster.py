"""OneRoster 1.1 and 1.2: a zip of CSV files. Read within bounds, whatever its own directory says of sizes."""

import csv
import io
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from services.feed.roll_files.gathering import Gathering
from services.feed.roll_files.roll import NamedSchool, ReadRoll, RollRefused
from services.feed.roll_files.text import decoded
from shared import typed
from shared.upn import FORM

UNPACKED_MAX = 128 * 2**20
MEMBERS_MAX = 100
ROWS_MAX = 300_000
Row = Mapping[str, str]

BROKEN = "This zip file is broken or was cut off. Export it again, and upload it without opening it."
TOO_LARGE = "This zip file unpacks to more than a roll can be. Export only the files of OneRoster."
WORKBOOK = "This is an Excel workbook. Open it and save it as CSV UTF-8 (comma delimited)."
DOCUMENT = "This is a document, not a roll. Export the roll from your school's system as CSV or CTF."
NO_MANIFEST = (
    "There is no manifest.csv in this zip file, so it is no OneRoster export. If there is a CSV or CTF in it, unpack it"
    " and choose that file."
)
LOCKED = "This zip file has a password. Export it without one."


def read_one_roster(raw: bytes, today: date) -> ReadRoll:
    """Raises RollRefused."""
    with _opened(raw) as packed:
        files = _Files(packed)
        bulk = _manifest(files)
        school, named = _school(files)
        birthdays = {one.get("sourcedid", ""): one.get("birthdate", "") for one in files.rows("demographics")}
        pupils, stays = _pupils(files, school), _stays(files, school)
        gathering = Gathering("oneroster", today)
        for number, user in files.numbered("users"):
            id = user.get("sourcedid", "")
            if user.get("status", "").casefold() == "tobedeleted" or id not in pupils:
                continue
            begins, ends = stays.get(id, ("", ""))
            gathering.add(number, {
                "upn": _upn(user), "given_name": user.get("givenname", ""), "family_name": user.get("familyname", ""),
                "born": birthdays.get(id, ""), "joined": begins, "left": ends,
            })  # fmt: skip
    return gathering.roll(bulk, named)


def _opened(raw: bytes) -> zipfile.ZipFile:
    try:
        packed = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError):
        raise RollRefused(BROKEN) from None
    if why := _no_roll(packed.infolist()):
        raise RollRefused(why)
    return packed


def _no_roll(members: list[zipfile.ZipInfo]) -> str | None:
    """Why this cannot be one, by what is packed in it."""
    names = [info.filename for info in members]
    if "xl/workbook.xml" in names:
        return WORKBOOK
    if "[Content_Types].xml" in names or "mimetype" in names:
        return DOCUMENT
    if any(info.flag_bits & 1 for info in members):
        return LOCKED
    return TOO_LARGE if len(names) > MEMBERS_MAX else None


class _Files:
    """The CSV files of a zip, by their names without .csv; no more is unpacked than a roll can be."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed, self._left = packed, UNPACKED_MAX
        self._members = {
            info.filename.rpartition("/")[2].casefold().removesuffix(".csv"): info
            for info in packed.infolist()
            if info.filename.casefold().endswith(".csv")
        }

    def has(self, name: str) -> bool:
        return name in self._members

    def rows(self, name: str) -> Iterator[Row]:
        return (row for _, row in self.numbered(name))

    def numbered(self, name: str) -> Iterator[tuple[int, Row]]:
        """(line, cells by column, the columns' names in small letters) of each row."""
        text = decoded(self._unpacked(name)) if self.has(name) else ""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            columns = [typed.plain(one).casefold() for one in next(reader, [])]
            for cells in reader:
                if reader.line_num > ROWS_MAX:
                    raise RollRefused(TOO_LARGE)
                if cells:
                    yield reader.line_num, dict(zip(columns, cells, strict=False))
        except csv.Error:
            raise RollRefused(f"{name}.csv in this zip file cannot be read: a quotation mark is not closed.") from None

    def _unpacked(self, name: str) -> bytes:
        try:
            with self._packed.open(self._members[name]) as file:
                found = file.read(self._left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError):
            raise RollRefused(BROKEN) from None
        if len(found) > self._left:
            raise RollRefused(TOO_LARGE)
        self._left -= len(found)
        return found


def _manifest(files: _Files) -> bool:
    """Whether all users are there (bulk), or only those that changed (delta)."""
    if not files.has("manifest"):
        raise RollRefused(NO_MANIFEST)
    said = {row.get("propertyname", "").casefold(): row.get("value", "").casefold() for row in files.rows("manifest")}
    if not said.get("oneroster.version", "").startswith("1."):
        raise RollRefused("This zip file is OneRoster of another version than 1.1 or 1.2. Export it as 1.2.")
    for name, why in (("users", "children"), ("demographics", "dates of birth")):
        if said.get(f"file.{name}", "absent") == "absent" or not files.has(name):
            raise RollRefused(f"There is no {name}.csv in this zip file, and so no {why}: export it with {name}.")
    return said["file.users"] == "bulk"


def _school(files: _Files) -> tuple[str, NamedSchool]:
    """The sourcedId of the one school of which there are users, and what it says of itself."""
    schools = [one for one in files.rows("orgs") if one.get("type", "").casefold() == "school"]
    schools = [one for one in schools if one.get("status", "").casefold() != "tobedeleted"]
    if len(schools) != 1:
        raise RollRefused(
            f"There are {len(schools)} schools in orgs.csv of this zip file. Export the roll of your school alone."
        )
    said = typed.plain(schools[0].get("identifier", "")).replace("/", "")
    number = said if len(said) == 7 and said.isdigit() else None
    urn = said if len(said) == 6 and said.isdigit() else None
    return schools[0].get("sourcedid", ""), NamedSchool(number, urn, schools[0].get("name") or None)


def _roles(files: _Files, school: str) -> Iterator[Row]:
    """The rows of roles.csv (1.2) by which somebody is a student there."""
    for one in files.rows("roles"):
        is_student = one.get("role", "").casefold() == "student" and one.get("orgsourcedid", "") == school
        if is_student and one.get("status", "").casefold() != "tobedeleted":
            yield one


def _pupils(files: _Files, school: str) -> set[str]:
    """Who is a student there: as roles.csv says, or (1.1) users.csv itself."""
    if files.has("roles"):
        return {one.get("usersourcedid", "") for one in _roles(files, school)}
    users = (one for one in files.rows("users") if one.get("role", "").casefold() == "student")
    return {one.get("sourcedid", "") for one in users if school in one.get("orgsourcedids", school).split(",")}


def _stays(files: _Files, school: str) -> dict[str, tuple[str, str]]:
    """From when to when roles.csv has each student there; of several the latest."""
    found: defaultdict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for one in _roles(files, school):
        id = one.get("usersourcedid", "")
        found[id] = max(found[id], (one.get("begindate", ""), one.get("enddate", "")))
    return found


def _upn(user: Row) -> str:
    """What of `identifier` and `userIds` ("{UPN:B8012…}") is a UPN; else the identifier, if it may be meant for one."""
    for text in (*user.get("userids", "").replace("{", "").replace("}", "").split(","), user.get("identifier", "")):
        kind, _, number = text.rpartition(":")
        if FORM.fullmatch(found := typed.upn(number)) or kind.strip().casefold() == "upn":
            return found
    return ""
