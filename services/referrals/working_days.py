"""When the council works, and when one working day is over. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.clock import LONDON

SATURDAY = 5
CLOSED_DAYS_MAX = 60
"""No council is closed for longer on end; a calendar that says so is wrong."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the council works: Monday to Friday from `opens` to `closes`, London time, but for its days off."""

    opens: time
    closes: time
    holidays: Callable[[date], bool]
    closed_on: Collection[date] = ()

    def works_on(self, day: date) -> bool:
        return day.weekday() < SATURDAY and not self.holidays(day) and day not in self.closed_on

    def next_day(self, day: date) -> date:
        """The first working day after this day."""
        for ahead in range(1, CLOSED_DAYS_MAX + 1):
            if self.works_on(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError("the calendar has no working day within reach")

    def due_at(self, received_at: datetime) -> datetime:
        """One working day after receipt (Working Together to Safeguard Children): the same time on the next one.

        What comes outside working hours counts as received when the council next opens, and a whole working day from
        its opening ends at its closing.
        """
        local = received_at.astimezone(LONDON)
        open_today = self.works_on(local.date())
        if open_today and self.opens < local.time() <= self.closes:
            return datetime.combine(self.next_day(local.date()), local.time(), LONDON)
        before_opening = open_today and local.time() <= self.opens
        day = local.date() if before_opening else self.next_day(local.date())
        return datetime.combine(day, self.closes, LONDON)
