"""When a referral is due: one working day later, by England's weekends and bank holidays, in London's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.referrals.settings import Settings
from services.referrals.working_days import Calendar
from shared.clock import LONDON
from tests.referrals.world import SETTINGS

CALENDAR = SETTINGS.calendar


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-06-02T10:30", "2026-06-03T10:30"),  # Tuesday
        ("2026-06-05T16:00", "2026-06-08T16:00"),  # Friday
        ("2026-06-02T17:00", "2026-06-03T17:00"),  # as it closes
        ("2026-06-02T17:01", "2026-06-03T17:00"),  # after it closed
        ("2026-06-02T06:15", "2026-06-02T17:00"),  # before it opens
        ("2026-06-06T11:00", "2026-06-08T17:00"),  # Saturday
        ("2026-06-07T23:59", "2026-06-08T17:00"),  # Sunday
        ("2026-04-02T15:00", "2026-04-07T15:00"),  # Maundy Thursday: Good Friday, weekend, Easter Monday
        ("2026-12-24T12:00", "2026-12-29T12:00"),  # Boxing Day's substitute is Monday the 28th
        ("2026-03-27T11:00", "2026-03-30T11:00"),  # over the change to summer time: the same time of day
    ],
)
def test_it_is_due_one_working_day_later(received: str, due: str) -> None:
    assert CALENDAR.due_at(at(received).astimezone(UTC)) == at(due)


def test_scotlands_holidays_are_working_days() -> None:
    assert CALENDAR.works_on(date(2026, 11, 30))  # Saint Andrew's Day


def test_the_councils_own_days_off_do_not_count() -> None:
    days_off = {"closed_on": frozenset({date(2026, 12, 29)}), "opens": time(8, 30)}
    closed = SETTINGS.model_copy(update=days_off).calendar
    assert closed.due_at(at("2026-12-24T12:00")) == at("2026-12-30T12:00")


def test_a_council_that_never_opens_is_a_wrong_setting() -> None:
    never = Calendar(time(9), time(17), holidays=lambda _: True)
    with pytest.raises(ValueError, match="no working day"):
        never.due_at(at("2026-06-02T10:30"))
    with pytest.raises(ValidationError):
        Settings(sealing_key=SETTINGS.sealing_key, opens=time(17), closes=time(9))


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_it_is_always_later_on_a_working_day_in_working_hours(received: datetime) -> None:
    due = CALENDAR.due_at(received)
    assert due > received
    assert CALENDAR.works_on(due.date())
    assert time(9) < due.time() <= time(17)
    assert (due.date() - received.astimezone(LONDON).date()).days <= 6
