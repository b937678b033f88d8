"""Reads a roll file of any of the sorts that are known, by what is in it and not by its name."""

from datetime import date

from services.feed.roll_files.ctf import read_ctf
from services.feed.roll_files.one_roster import read_one_roster
from services.feed.roll_files.roll import ReadRoll, RollRefused
from services.feed.roll_files.tables import ColumnMap, read_table
from services.feed.roll_files.text import decoded

FILE_MAX_BYTES = 32 * 2**20
TOO_LARGE = "The file is larger than 32MB, which no roll is. Export only the pupils on roll."
WEB_PAGE = (
    "This is a web page. Perhaps you were signed out of your school's system: sign in, and export the roll again."
)
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
HTML = ("<!doctype html", "<html")


def read_roll(raw: bytes, today: date, known: ColumnMap | None = None) -> ReadRoll:
    """What is in the file; `known`: which column of such a table holds what. Raises RollRefused, ColumnsUnknown."""
    if len(raw) > FILE_MAX_BYTES:
        raise RollRefused(TOO_LARGE)
    if raw.startswith(ZIP):
        return read_one_roster(raw, today)
    text = decoded(raw)
    begins = text.lstrip()[:20].casefold()
    if begins.startswith(HTML):
        raise RollRefused(WEB_PAGE)
    return read_ctf(text, today) if begins.startswith("<") else read_table(text, today, known)
