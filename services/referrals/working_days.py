"""When the council works, and when one working day is over. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.clock import LONDON
from shared.office_hours import OfficeHours, Spans

SATURDAY = 5
CLOSED_DAYS_MAX = 60
"""No council is closed for longer on end; a calendar that says so is wrong."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of the council's reception: Monday to Friday, as far as it is open then.

    A Saturday on which somebody answers the telephone is no working day.
    """

    office: OfficeHours

    def works_on(self, day: date) -> bool:
        return bool(self._hours_of(day))

    def next_day(self, day: date) -> date:
        """The first working day after this day."""
        for ahead in range(1, CLOSED_DAYS_MAX + 1):
            if self.works_on(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError("the calendar has no working day within reach")

    def due_at(self, received_at: datetime) -> datetime:
        """One working day after receipt (Working Together to Safeguard Children): the same time on the next one, but
        not before it opens then, nor after it closes.

        What comes outside working hours counts as received when the council next opens, and a whole working day from
        its opening ends at its closing. A break at noon is within working hours.
        """
        local = received_at.astimezone(LONDON).replace(tzinfo=None)
        today = self._hours_of(local.date())
        if today and _at(local.date(), _opens(today)) < local <= _at(local.date(), _closes(today)):
            return self._same_time(self.next_day(local.date()), local).replace(tzinfo=LONDON)
        before_opening = bool(today) and local <= _at(local.date(), _opens(today))
        day = local.date() if before_opening else self.next_day(local.date())
        return _at(day, _closes(self._hours_of(day))).replace(tzinfo=LONDON)

    def _same_time(self, day: date, local: datetime) -> datetime:
        hours = self._hours_of(day)
        return min(max(datetime.combine(day, local.time()), _at(day, _opens(hours))), _at(day, _closes(hours)))

    def _hours_of(self, day: date) -> Spans:
        return self.office.hours_of(day) if day.weekday() < SATURDAY else ()


def _opens(hours: Spans) -> int:
    return hours[0][0]


def _closes(hours: Spans) -> int:
    return max(closes for _, closes in hours)


def _at(day: date, minute: int) -> datetime:
    """A minute of a day, by London's clocks; the last one is midnight after it."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)
