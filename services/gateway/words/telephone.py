"""Telephone numbers: which can be dialled, whose they are, and which of them answers now. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A number to call, and whose it is."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False
    """Whether it answers when the office does not, and only then."""


def in_order(lines: Sequence[Line], is_open: bool) -> list[Line]:
    """The lines that answer now first, else as they are; no number twice: it stands where it would stand first."""
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: line.out_of_hours == is_open):
        found.setdefault(line.phone, line)
    return list(found.values())


TIME = re.compile(r"\b(\d{1,2})(?:[.:]([0-5]\d))?\s*([ap])(?:m\b|\.m\.?)", re.IGNORECASE)


def hours(text: str) -> str:
    """When somebody answers, written one way: 8.30 am, 5:00PM and 5 p.m. become 8:30am, 5pm and 5pm."""
    return TIME.sub(lambda at: f"{at[1]}{f':{at[2]}' if at[2] not in (None, '00') else ''}{at[3].lower()}m", text)


NUMBER = re.compile(r"\+?[0-9]{10,15}|0[0-9]{7,9}|116[0-9]{3}|[0-9]{3}")
"""A whole national or international number (ITU-T E.164: 15 digits at most), or one like 999, 101 and 116 123."""


def dial(phone: str) -> str | None:
    """The one number of a text for a tel: link, or None if there are several, or an extension, or none at all."""
    spoken = re.sub(r"^\+44\s*\(0\)", "+44", phone.strip())
    digits = re.sub(r"[\s().-]", "", spoken)
    return digits if NUMBER.fullmatch(digits) else None
