"""When an office of the council is open: hours that a program can read, bank holidays and days off.

A service has them as settings of its own; where those are not set, the portal's are: PORTAL_OFFICE_HOURS and
PORTAL_CLOSED_ON, which are the same for all.
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from holidays import country_holidays
from pydantic import AfterValidator, BeforeValidator, Field

from shared.clock import LONDON

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SPAN = re.compile(r"([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
EXAMPLE = "Mo-Th 08:30-17:00; Fr 08:30-16:30"
DAY_MINUTES = 24 * 60

Spans = tuple[tuple[int, int], ...]
"""From a minute of the day until before another, in order."""


class UnreadableHours(ValueError):
    """Hours that no program can read; its text says how they are written."""

    def __init__(self) -> None:
        super().__init__(f"office hours are written like {EXAMPLE!r}, each day once")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Hours of each day of the week, Monday first, in England; none on a bank holiday or a day off of the council's."""

    week: tuple[Spans, ...]
    holidays: Callable[[date], bool]
    closed_on: Collection[date] = ()

    def hours_of(self, day: date) -> Spans:
        """Empty: it is closed on that day."""
        return () if self.holidays(day) or day in self.closed_on else self.week[day.weekday()]

    def open_at(self, moment: datetime) -> bool:
        local = moment.astimezone(LONDON)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.hours_of(local.date()))


def in_england(hours: str, closed_on: Collection[date] = ()) -> OfficeHours:
    """An office with these hours, closed on England's bank holidays (of the library `holidays`) and on these days.
    Raises UnreadableHours."""
    return OfficeHours(read_week(hours), country_holidays("GB", subdiv="ENG").__contains__, closed_on)


def read_week(text: str) -> tuple[Spans, ...]:
    """Hours as OpenStreetMap writes them, of days and times only: "Mo-Th 08:30-17:00; Fr 08:30-12:00,13:00-16:30".

    A day in two rules is refused: OpenStreetMap lets the later one stand, and most people mean both. Raises
    UnreadableHours.
    """
    week: list[Spans] = [() for _ in DAYS]
    for rule in text.split(";"):
        days, _, times = rule.strip().partition(" ")
        spans = tuple(sorted(_span(each.strip()) for each in times.split(",")))
        for day in (day for each in days.split(",") for day in _days(each)):
            if week[day]:
                raise UnreadableHours
            week[day] = spans
    return tuple(week)


def _readable(text: str) -> str:
    read_week(text)
    return text


def _parsed(days: Any) -> Any:
    return json.loads(days) if isinstance(days, str) else days


Hours = Annotated[str, AfterValidator(_readable)]
"""A setting: hours as `read_week` reads them."""
DaysOff = Annotated[frozenset[date], BeforeValidator(_parsed)]
"""A setting: the council's own days off, beside weekends and bank holidays, as JSON: ["2026-12-29"]."""


def of_portal(name: str, otherwise: str = "") -> Any:
    """The default of a setting: what PORTAL_<name> says; else this."""
    return Field(default_factory=lambda: os.environ.get(f"PORTAL_{name}", otherwise), validate_default=True)


def _days(text: str) -> Iterator[int]:
    """One day, or from one to another; Sa-Mo goes over the weekend."""
    first, dash, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS or bool(dash) != bool(last):
        raise UnreadableHours
    start = DAYS.index(first)
    return ((start + ahead) % 7 for ahead in range((DAYS.index(last or first) - start) % 7 + 1))


def _span(text: str) -> tuple[int, int]:
    match = SPAN.fullmatch(text)
    opens, closes = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3)) if match else (0, 0)
    if not opens < closes <= DAY_MINUTES:
        raise UnreadableHours
    return opens, closes
