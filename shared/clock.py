"""The date at the schools, and how recent a moment is. Pure: the moment of now is given."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FRESHNESS_LIMIT_S = 900
"""Up to what age the council's records are current, unless a service is set otherwise. A quarter of an hour: long
enough for a restart of the source, Connect or Kafka to pass without the portal giving up its answers (all come back
within minutes), short beside the working day in which a new allocation is acted upon."""


def today(now: datetime) -> date:
    """The date at the schools: a roll, a case or an allocation begins and ends at midnight in London."""
    return now.astimezone(LONDON).date()


def is_current(as_of: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether records that were complete up to `as_of` (None: not known to be) are no older than the limit.

    A time as far ahead of our clock is not current either: one of the two clocks is wrong.
    """
    return as_of is not None and abs(now - as_of) <= limit
