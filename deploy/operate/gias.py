"""The register of schools in England (Get Information About Schools), as its CSV of all establishments has it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.trouble import Trouble

ENCODING = "cp1252"
URN, NAME, AUTHORITY, AUTHORITY_NAME, STATUS = (
    "URN", "EstablishmentName", "LA (code)", "LA (name)", "EstablishmentStatus (name)",
)  # fmt: skip
OPEN = ("Open", "Open, but proposed to close", "Open but proposed to close")


@dataclass(frozen=True, slots=True)
class RegisteredSchool:
    """One school that is open."""

    urn: str
    name: str


def open_schools(file: Path, authority: str) -> list[RegisteredSchool]:
    """The open schools of one local authority, by its code of three digits. Raises Trouble."""
    seen: set[str] = set()
    found = []
    for row in _rows(file):
        seen.add(f"{row[AUTHORITY].strip()} {row[AUTHORITY_NAME].strip()}")
        if row[AUTHORITY].strip() == authority and row[STATUS].strip() in OPEN:
            found.append(_school(row))
    if not found:
        some = ", ".join(sorted(seen)[:5]) or "none"
        raise Trouble(f"{file.name} has no open school of the authority {authority}. It has schools of: {some}.")
    return found


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    """Each school's cells by column."""
    try:
        with file.open(encoding=ENCODING, newline="") as text:
            yield from _whole_rows(csv.DictReader(text), file.name)
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}).") from None
    except (UnicodeError, csv.Error):
        raise Trouble(f"{file.name} is no CSV file in windows-1252, as GIAS writes it.") from None


def _whole_rows(rows: csv.DictReader[str], name: str) -> Iterator[Mapping[str, str]]:
    if missing := {URN, NAME, AUTHORITY, AUTHORITY_NAME, STATUS} - {*(rows.fieldnames or ())}:
        raise Trouble(
            f"{name} has no column {', '.join(sorted(missing))}: it is not the CSV of all establishment data of Get"
            " Information About Schools."
        )
    for row in rows:
        if None in row or None in row.values():
            raise Trouble(f"{name} has more or fewer cells than columns in line {rows.line_num}.")
        yield row


def _school(row: Mapping[str, str]) -> RegisteredSchool:
    urn, name = row[URN].strip(), row[NAME].strip()
    if not (urn.isascii() and urn.isdigit() and len(urn) == 6 and name):
        raise Trouble("A school of this authority has no URN of six digits, or no name: fetch the file anew.")
    return RegisteredSchool(urn, name)
