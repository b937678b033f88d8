"""What the pages of a school's roll call things. Pure."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "given_name": "First name", "family_name": "Last name", "born": "Date of birth",
    "upn": "Unique pupil number (UPN)", "former_upns": "Former UPNs", "joined": "Date of joining",
    "left": "Date of leaving",
}  # fmt: skip
"""What a column of a school's own table may hold, in the order in which it is asked for."""
NEEDED = ("given_name", "family_name", "born")

FORMATS: Mapping[str, str] = {"ctf": "Common Transfer File", "oneroster": "OneRoster", "csv": "CSV"}
STATES: Mapping[str, str] = {"previewed": "Not used yet", "taken": "Used", "undone": "Undone"}
FILES_ACCEPTED = ".xml,.csv,.txt,.zip,text/csv,text/xml,application/zip"
FILE_MAX_BYTES = 32 * 1024 * 1024


def children(count: int) -> str:
    return "1 child" if count == 1 else f"{count:,} children"
