"""When a referral is due: one working day later, by England's weekends and bank holidays, in London's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from services.referrals.settings import Settings
from services.referrals.working_days import Calendar
from shared.clock import LONDON
from shared.office_hours import OfficeHours, in_england, read_week
from tests.referrals.world import SETTINGS

CALENDAR = SETTINGS.calendar
EVERY_DAY_ALIKE = "Mo-Fr 09:00-17:00"
SHORT_FRIDAY = "Mo-Th 08:30-17:00; Fr 08:30-16:30"
LATE_TUESDAY = "Mo,We-Fr 08:00-16:00; Tu 10:00-19:00"
AT_NOON_CLOSED = "Mo-Fr 09:00-12:00,13:00-17:00"
ALWAYS = "Mo-Su 00:00-24:00"
WITH_SATURDAY = "Mo-Fr 09:00-17:00; Sa 09:00-12:00"
NO_FRIDAY = "Mo-Th 09:00-17:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def due(hours: str, received: str) -> datetime:
    """As London's clocks show it. `received` with an offset is that moment; without, London's time."""
    moment = datetime.fromisoformat(received)
    calendar = Calendar(in_england(hours, {date(2026, 12, 29)}))
    return calendar.due_at(moment if moment.tzinfo else at(received).astimezone(UTC))


TABLE = [
    # The same time on the next working day.
    (EVERY_DAY_ALIKE, "2026-06-02T10:30", "2026-06-03T10:30"),  # Tuesday
    (EVERY_DAY_ALIKE, "2026-06-02T10:30:59", "2026-06-03T10:30:59"),
    (EVERY_DAY_ALIKE, "2026-06-05T16:00", "2026-06-08T16:00"),  # Friday: Monday
    (EVERY_DAY_ALIKE, "2026-06-02T09:00:01", "2026-06-03T09:00:01"),  # a second after it opened
    (EVERY_DAY_ALIKE, "2026-06-02T16:59:59", "2026-06-03T16:59:59"),
    (EVERY_DAY_ALIKE, "2026-06-02T17:00", "2026-06-03T17:00"),  # as it closes
    # From outside hours: the closing of the working day that it next opens on.
    (EVERY_DAY_ALIKE, "2026-06-02T17:00:01", "2026-06-03T17:00"),  # a second after it closed
    (EVERY_DAY_ALIKE, "2026-06-02T06:15", "2026-06-02T17:00"),  # before it opens
    (EVERY_DAY_ALIKE, "2026-06-02T09:00", "2026-06-02T17:00"),  # as it opens: a whole working day is from then
    (EVERY_DAY_ALIKE, "2026-06-05T17:01", "2026-06-08T17:00"),  # Friday evening
    (EVERY_DAY_ALIKE, "2026-06-06T11:00", "2026-06-08T17:00"),  # Saturday
    (EVERY_DAY_ALIKE, "2026-06-07T23:59", "2026-06-08T17:00"),  # Sunday
    # Midnight.
    (EVERY_DAY_ALIKE, "2026-06-02T23:59:59", "2026-06-03T17:00"),
    (EVERY_DAY_ALIKE, "2026-06-03T00:00", "2026-06-03T17:00"),
    (EVERY_DAY_ALIKE, "2026-06-02T23:30+00:00", "2026-06-03T17:00"),  # half past midnight in London, of Wednesday
    (EVERY_DAY_ALIKE, "2026-12-02T23:30+00:00", "2026-12-03T17:00"),  # in winter it is still Wednesday
    # Bank holidays, their substitutes, and the council's own days off.
    (EVERY_DAY_ALIKE, "2026-04-02T15:00", "2026-04-07T15:00"),  # Maundy Thursday: Good Friday to Easter Monday
    (EVERY_DAY_ALIKE, "2026-04-03T10:00", "2026-04-07T17:00"),  # on Good Friday
    (EVERY_DAY_ALIKE, "2026-05-01T12:00", "2026-05-05T12:00"),  # the early May bank holiday
    (EVERY_DAY_ALIKE, "2026-05-22T12:00", "2026-05-26T12:00"),  # the spring bank holiday
    (EVERY_DAY_ALIKE, "2026-08-28T12:00", "2026-09-01T12:00"),  # the summer bank holiday
    (EVERY_DAY_ALIKE, "2026-12-24T12:00", "2026-12-30T12:00"),  # Boxing Day's substitute on the 28th, and a day off
    (EVERY_DAY_ALIKE, "2026-12-28T12:00", "2026-12-30T17:00"),
    (EVERY_DAY_ALIKE, "2026-12-31T12:00", "2027-01-04T12:00"),  # New Year's Day, a Friday
    (EVERY_DAY_ALIKE, "2027-12-24T12:00", "2027-12-29T12:00"),  # Christmas on a Saturday: two substitutes
    (EVERY_DAY_ALIKE, "2023-05-05T12:00", "2023-05-09T12:00"),  # the coronation's, which was proclaimed
    (EVERY_DAY_ALIKE, "2026-03-16T12:00", "2026-03-17T12:00"),  # Saint Patrick's Day is none in England
    (EVERY_DAY_ALIKE, "2026-11-27T12:00", "2026-11-30T12:00"),  # nor is Saint Andrew's
    # The clocks change, always on a Sunday: the same time of day, an hour less or more in between.
    (EVERY_DAY_ALIKE, "2026-03-27T11:00", "2026-03-30T11:00"),
    (EVERY_DAY_ALIKE, "2026-03-27T11:00+00:00", "2026-03-30T11:00"),
    (EVERY_DAY_ALIKE, "2026-03-29T00:30", "2026-03-30T17:00"),
    (EVERY_DAY_ALIKE, "2026-03-29T01:30+00:00", "2026-03-30T17:00"),  # an hour that London does not have
    (EVERY_DAY_ALIKE, "2026-10-23T11:00", "2026-10-26T11:00"),
    (EVERY_DAY_ALIKE, "2026-10-23T10:00+00:00", "2026-10-26T11:00"),
    (EVERY_DAY_ALIKE, "2026-10-25T00:30+00:00", "2026-10-26T17:00"),  # the first half past one
    (EVERY_DAY_ALIKE, "2026-10-25T01:30+00:00", "2026-10-26T17:00"),  # and the second
    (EVERY_DAY_ALIKE, "2026-03-30T08:00+00:00", "2026-03-30T17:00"),  # opens at 8 by Greenwich from then on
    # Hours that differ by weekday: not after it closes on that day, nor before it opens.
    (SHORT_FRIDAY, "2026-06-04T16:45", "2026-06-05T16:30"),  # Thursday, when Friday closes sooner
    (SHORT_FRIDAY, "2026-06-04T16:30", "2026-06-05T16:30"),
    (SHORT_FRIDAY, "2026-06-04T17:30", "2026-06-05T16:30"),
    (SHORT_FRIDAY, "2026-06-05T16:30", "2026-06-08T16:30"),  # as Friday closes
    (SHORT_FRIDAY, "2026-06-05T16:45", "2026-06-08T17:00"),  # after it closed, though Thursday would be open
    (SHORT_FRIDAY, "2026-06-05T08:15", "2026-06-05T16:30"),
    (SHORT_FRIDAY, "2026-04-02T16:45", "2026-04-07T16:45"),  # Maundy Thursday: the next one is a Tuesday
    (LATE_TUESDAY, "2026-06-01T08:30", "2026-06-02T10:00"),  # Monday, when Tuesday opens later
    (LATE_TUESDAY, "2026-06-02T18:30", "2026-06-03T16:00"),
    (LATE_TUESDAY, "2026-06-02T09:00", "2026-06-02T19:00"),  # it is not open yet
    # A break at noon is within working hours; a night is none where somebody is always there.
    (AT_NOON_CLOSED, "2026-06-02T12:30", "2026-06-03T12:30"),
    (AT_NOON_CLOSED, "2026-06-02T18:00", "2026-06-03T17:00"),
    (ALWAYS, "2026-06-02T23:59", "2026-06-03T23:59"),
    (ALWAYS, "2026-06-02T00:00", "2026-06-03T00:00"),  # a whole day from midnight ends at the next
    (ALWAYS, "2026-06-05T23:00", "2026-06-08T23:00"),
    (ALWAYS, "2026-06-06T03:00", "2026-06-09T00:00"),  # Saturday: no working day, whoever answers the telephone
    (WITH_SATURDAY, "2026-06-05T11:00", "2026-06-08T11:00"),
    (WITH_SATURDAY, "2026-06-06T11:00", "2026-06-08T17:00"),
    (NO_FRIDAY, "2026-06-04T11:00", "2026-06-08T11:00"),  # a council that does not work on Fridays
]


@pytest.mark.parametrize(("hours", "received", "expected"), TABLE)
def test_it_is_due_one_working_day_later(hours: str, received: str, expected: str) -> None:
    assert due(hours, received) == at(expected)


def test_the_table_is_as_long_as_was_asked() -> None:
    assert len(TABLE) >= 40


def test_scotlands_holidays_are_working_days() -> None:
    assert CALENDAR.works_on(date(2026, 11, 30))  # Saint Andrew's Day


def test_the_councils_own_days_off_do_not_count() -> None:
    days_off = {"closed_on": frozenset({date(2026, 12, 29)}), "opens": time(8, 30)}
    closed = SETTINGS.model_copy(update=days_off).calendar
    assert closed.due_at(at("2026-12-24T12:00")) == at("2026-12-30T12:00")


def test_a_council_that_never_opens_is_a_wrong_setting() -> None:
    never = Calendar(OfficeHours(read_week(EVERY_DAY_ALIKE), holidays=lambda _: True))
    with pytest.raises(ValueError, match="no working day"):
        never.due_at(at("2026-06-02T10:30"))
    with pytest.raises(ValidationError):
        Settings(sealing_key=SETTINGS.sealing_key, opens=time(17), closes=time(9))
    with pytest.raises(ValidationError, match="Monday to Friday"):
        Settings(sealing_key=SETTINGS.sealing_key, office_hours="Sa-Su 09:00-17:00")
    with pytest.raises(ValidationError, match="office hours are written like"):
        Settings(sealing_key=SETTINGS.sealing_key, office_hours="9 to 5")


CALENDARS = {
    hours: Calendar(in_england(hours))
    for hours in (SHORT_FRIDAY, LATE_TUESDAY, AT_NOON_CLOSED, WITH_SATURDAY, NO_FRIDAY)
}
KEY: SecretStr = SETTINGS.sealing_key


def test_the_hours_of_before_are_understood_until_they_are_set_anew() -> None:
    was = Settings(sealing_key=KEY, opens=time(8, 30), closes=time(16, 0))
    assert was.calendar.office.week == read_week("Mo-Fr 08:30-16:00")
    half = Settings(sealing_key=KEY, closes=time(18))
    assert half.calendar.office.week == read_week("Mo-Fr 09:00-18:00")


def test_hours_set_in_both_ways_end_the_start_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match="Set REFERRALS_OFFICE_HOURS and no more"):
        Settings(sealing_key=KEY, office_hours=SHORT_FRIDAY, opens=time(8))


@pytest.mark.parametrize(
    ("variables", "week"),
    [
        ({}, EVERY_DAY_ALIKE),
        ({"PORTAL_OFFICE_HOURS": SHORT_FRIDAY}, SHORT_FRIDAY),
        ({"PORTAL_OFFICE_HOURS": SHORT_FRIDAY, "REFERRALS_OFFICE_HOURS": NO_FRIDAY}, NO_FRIDAY),
        ({"PORTAL_OFFICE_HOURS": SHORT_FRIDAY, "REFERRALS_OPENS": "08:00"}, "Mo-Fr 08:00-17:00"),
    ],
)
def test_its_own_hours_count_before_the_portals(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], week: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Settings(sealing_key=KEY).calendar.office.week == read_week(week)


def test_days_off_are_the_portals_or_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_CLOSED_ON", '["2026-12-29"]')
    assert Settings(sealing_key=KEY).closed_on == {date(2026, 12, 29)}
    monkeypatch.setenv("REFERRALS_CLOSED_ON", '["2026-12-30"]')
    assert Settings(sealing_key=KEY).closed_on == {date(2026, 12, 30)}
    monkeypatch.delenv("REFERRALS_CLOSED_ON")
    monkeypatch.setenv("PORTAL_CLOSED_ON", "tomorrow")
    with pytest.raises(ValidationError):
        Settings(sealing_key=KEY)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_it_is_always_later_on_a_working_day_in_working_hours(received: datetime) -> None:
    due = CALENDAR.due_at(received)
    assert due > received
    assert CALENDAR.works_on(due.date())
    assert time(9) < due.time() <= time(17)
    assert (due.date() - received.astimezone(LONDON).date()).days <= 6


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(list(CALENDARS)),
)
def test_whatever_the_hours_it_is_due_on_a_working_day_between_opening_and_closing(
    received: datetime, hours: str
) -> None:
    calendar = CALENDARS[hours]
    due = calendar.due_at(received)
    spans = calendar.office.hours_of(due.date())
    minute = due.hour * 60 + due.minute + due.second / 60
    assert due > received
    assert due.weekday() < 5
    assert spans[0][0] <= minute <= spans[-1][1]
    assert (due.date() - received.astimezone(LONDON).date()).days <= 7


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_who_sends_later_is_not_answered_sooner(received: datetime) -> None:
    """What comes at night is due at that day's closing, what comes just after it opened is due a day later."""
    calendar = CALENDARS[SHORT_FRIDAY]
    later = received.replace(minute=59, second=59, microsecond=0)
    assert calendar.due_at(received) <= calendar.due_at(later)
