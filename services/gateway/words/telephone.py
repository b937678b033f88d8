"""Telephone numbers: which can be dialled, whose they are, and which of them answers now. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.clock import LONDON

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SPAN = re.compile(r"([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
EXAMPLE = "Mo-Th 08:30-17:00; Fr 08:30-16:30"
DAY_MINUTES = 24 * 60

Spans = tuple[tuple[int, int], ...]
"""From a minute of the day until before another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A number to call, and whose it is."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False
    """Whether it answers when the office does not, and only then."""


class UnreadableHours(ValueError):
    """Hours that no program can read; its text says how they are written."""

    def __init__(self) -> None:
        super().__init__(f"office hours are written like {EXAMPLE!r}")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Hours of each day of the week, Monday first, in England; none on a bank holiday or a day off of the council's."""

    week: tuple[Spans, ...]
    holidays: Callable[[date], bool]
    closed_on: Collection[date] = ()

    def open_at(self, moment: datetime) -> bool:
        local = moment.astimezone(LONDON)
        if self.holidays(local.date()) or local.date() in self.closed_on:
            return False
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.week[local.weekday()])


def read_week(text: str) -> tuple[Spans, ...]:
    """Hours as OpenStreetMap writes them, of days and times only: "Mo-Th 08:30-17:00; Fr 08:30-12:00,13:00-16:30".
    Raises UnreadableHours.
    """
    week: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for rule in text.split(";"):
        days, _, times = rule.strip().partition(" ")
        if not times.strip():
            raise UnreadableHours
        spans = [_span(each) for each in times.split(",")]
        for day in (day for each in days.split(",") for day in _days(each)):
            week[day] += spans
    return tuple(tuple(sorted(spans)) for spans in week)


def _days(text: str) -> list[int]:
    """One day, or from one to another; Sa-Mo goes over the weekend."""
    first, dash, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS or bool(dash) != bool(last):
        raise UnreadableHours
    start, length = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % 7
    return [(start + ahead) % 7 for ahead in range(length + 1)]


def _span(text: str) -> tuple[int, int]:
    match = SPAN.fullmatch(text.strip())
    if match is None:
        raise UnreadableHours
    opens, closes = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
    if not opens < closes <= DAY_MINUTES:
        raise UnreadableHours
    return opens, closes


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
