"""The date at the schools is London's; records are current up to their limit, and never from far ahead of our clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.clock import is_current, today

NOW = datetime(2026, 4, 3, 14, 2, tzinfo=UTC)
LIMIT = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("age", "current"),
    [
        (timedelta(0), True),
        (LIMIT, True),
        (LIMIT + timedelta(microseconds=1), False),
        (-LIMIT, True),
        (-LIMIT - timedelta(seconds=1), False),
    ],
)
def test_records_are_current_up_to_the_limit(age: timedelta, current: bool) -> None:
    assert is_current(NOW - age, NOW, LIMIT) is current


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_today_is_londons(now: datetime, day: date) -> None:
    assert today(now) == day


def test_records_that_were_never_complete_are_not_current() -> None:
    assert not is_current(None, NOW, LIMIT)
