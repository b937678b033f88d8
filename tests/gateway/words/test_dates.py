"""Dates and times as people type them: understood, or each way of being wrong told in its own sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway import words
from services.gateway.journeys.concern.typed import called
from services.gateway.journeys.find.typed import find_by_name
from services.gateway.journeys.record.typed import wanted

BORN = date(2014, 3, 5)
NUMBER = {"called_number": "01632 960 100"}


def boxes(name: str, day: str, month: str, year: str) -> dict[str, str]:
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


@pytest.mark.parametrize(
    "typed",
    [
        ("5", "3", "2014"), ("05", "03", "2014"), (" 5", "March", "2014 "), ("5th", "mar.", "2014"),
        ("٥", "٣", "٢٠١٤"), ("५", "३", "२०१४"), ("５", "３", "２０１４"), ("5\u200b", "\ufeff3", "2014\u00a0"),
        ("5/3/2014", "", ""), ("", "05.03.2014", ""), ("", "", "5-3-2014"), ("2014-03-05", "", ""),
        ("5 March 2014", "", ""), ("5th Mar, 2014", "", ""), ("March 5, 2014", "", ""),
        ("05\u201103\u20112014", "", ""), ("5", "3", "14"), ("5/3/14", "", ""), ("5 3 14", "", ""),
        ("05032014", "", ""), ("20140305", "", ""), ("", "٠٥٠٣٢٠١٤", ""), ("5 Mar 14", "", ""),
    ],
)  # fmt: skip
def test_a_date_is_understood_as_people_type_and_paste_it(typed: tuple[str, str, str]) -> None:
    assert words.typed_date(boxes("born", *typed), "born", "Date of birth") == (BORN, [])
    assert words.read_date(*typed) == BORN


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("5", "3", "20140"), "must have a year of 4 digits, like 2014"),
        (("5", "3", "214"), "must have a year of 4 digits, like 2014"),
        (("5", "3", ""), "must include a year"),
        (("", "", "2014"), "must include a day and a month"),
        (("31022014", "", ""), "must be a real date"),
        (("280220140", "", ""), "must be a day, a month and a year, each in its own box, like 5 3 2014"),
        (("29", "2", "2015"), "must be a real date"),
        (("31", "April", "2014"), "must be a real date"),
        (("5", "13", "2014"), "must be a real date"),
        (("0", "3", "2014"), "must be a real date"),
        (("5", "Mai", "2014"), "must have a month that is a number or a name, like 3 or March"),
        (("fifth", "3", "2014"), "must have a day that is a number, like 5"),
        (("1e1", "3", "2014"), "must have a day that is a number, like 5"),
        (("5", "", ""), "must include a month and a year"),
        (("last summer or so", "", ""), "must be a day, a month and a year, each in its own box, like 5 3 2014"),
        (("1", "1", "0001"), "must have a year from 1900 to 2100"),
        (("31", "12", "1899"), "must have a year from 1900 to 2100"),
        (("31", "12", "9999"), "must have a year from 1900 to 2100"),
    ],
)
def test_each_way_of_being_no_date_has_its_own_sentence(typed: tuple[str, str, str], why: str) -> None:
    fields = {"given_name": "Mirela", "family_name": "Thornwick", "purpose": "welfare", **boxes("born", *typed)}
    said = [("born-day", f"Date of birth {why}")]
    assert find_by_name(fields)[1] == said
    assert wanted(fields)[1] == said


@pytest.mark.parametrize(
    ("typed", "read", "said"),
    [
        (("", "3", "2014"), "2014-03-XX", "March 2014 (day not known)"),
        (("", "March", "14"), "2014-03-XX", "March 2014 (day not known)"),
        (("March 2014", "", ""), "2014-03-XX", "March 2014 (day not known)"),
        (("", "3/2014", ""), "2014-03-XX", "March 2014 (day not known)"),
        (("5", "", "2014"), "2014-XX-05", "5 (month not known) 2014"),
        (("5", "3", "2014"), "2014-03-05", "5 March 2014"),
    ],
)
def test_of_a_date_of_birth_the_day_or_the_month_need_not_be_known(
    typed: tuple[str, str, str], read: str, said: str
) -> None:
    assert words.typed_birth(boxes("born", *typed), "born", "Date of birth") == (read, [])
    assert words.birth(read) == said


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("", "13", "2014"), "must be a real date"),
        (("32", "", "2014"), "must be a real date"),
        (("", "3", "1899"), "must have a year from 1900 to 2100"),
        (("", "Mai", "2014"), "must include a day"),
        (("fifth", "", "2014"), "must include a month"),
        (("5 March", "", ""), "must be a day, a month and a year, each in its own box, like 5 3 2014"),
    ],
)
def test_what_is_known_of_a_date_of_birth_must_be_real(typed: tuple[str, str, str], why: str) -> None:
    assert words.typed_birth(boxes("born", *typed), "born", "Date of birth") == (
        None,
        [("born-day", f"Date of birth {why}")],
    )


@pytest.mark.parametrize(("typed", "year"), [("00", 2000), ("14", 2014), ("49", 2049), ("50", 1950), ("99", 1999)])
def test_a_year_of_two_digits_is_one_of_the_last_hundred_years(typed: str, year: int) -> None:
    assert words.read_date("5", "3", typed) == date(year, 3, 5)


@given(day=st.text(max_size=12), month=st.text(max_size=12), year=st.text(max_size=12))
def test_whatever_is_typed_is_a_date_of_our_times_or_has_something_to_mend(day: str, month: str, year: str) -> None:
    found, faults = words.typed_date(boxes("born", day, month, year), "born", "Date of birth")
    assert found is None or not faults
    assert found is None or 1900 <= found.year <= 2100


@given(st.dates())
def test_every_date_is_read_however_far_away(at: date) -> None:
    assert words.read_date(str(at.day), str(at.month), f"{at.year:04}") == at
    called({**boxes("called", str(at.day), str(at.month), f"{at.year:04}"), "called-time": "0:00"}, datetime.now(UTC))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("14:30", "14:30"), ("2:30pm", "14:30"), ("2.30 PM", "14:30"), ("2pm", "14:00"), ("12am", "00:00"),
        ("12pm", "12:00"), ("9:05", "09:05"), ("1430", "14:30"), ("2:30 p.m.", "14:30"), ("2:30 p. m.", "14:30"),
        ("١٤:٣٠", "14:30"), ("2\u00a0pm", "14:00"), ("noon", "12:00"), ("Midnight", "00:00"),
        ("14", None), ("25:00", None), ("13pm", None), ("2:70pm", None), ("soon", None), ("", None), ("\u200b", None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(typed: str, read: str | None) -> None:
    moment = words.read_moment(date(2026, 7, 1), typed)
    assert (f"{moment:%H:%M}" if moment else None) == read


def test_a_time_is_of_england_in_summer_too() -> None:
    moment = words.read_moment(date(2026, 7, 1), "2:30pm")
    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)


def test_an_empty_call_says_all_three_things_that_are_missing(now: datetime) -> None:
    assert called({}, now)[2] == [
        ("called-day", "Enter the day you called"),
        ("called-time", "Enter the time that you called, like 2:30pm or 14:30"),
        ("called_number", "Enter the number that you called, like 01234 567890"),
    ]


@pytest.mark.parametrize(
    ("day", "time", "fault"),
    [
        (("3", "4", "2026"), "13:00", None),
        (("27", "3", "2026"), "13:00", None),
        (("3", "4", "2026"), "13:01", ("called-time", "The time that you called must be in the past")),
        (("4", "4", "2026"), "9:00", ("called-day", "The day you called must be today or in the past")),
        (("27", "3", "2026"), "0:00", None),
        (("26", "3", "2026"), "23:59", ("called-day", "The day you called must be in the last 7 days")),
        (("1", "1", "1900"), "9:00", ("called-day", "The day you called must be in the last 7 days")),
        (("1", "1", "0001"), "9:00", ("called-day", "The day you called must have a year from 1900 to 2100")),
        (("31", "12", "9999"), "9:00", ("called-day", "The day you called must have a year from 1900 to 2100")),
        (("3", "4", "26"), "9:00", None),
    ],
)
def test_a_call_is_of_the_last_seven_days(
    now: datetime, day: tuple[str, str, str], time: str, fault: tuple[str, str] | None
) -> None:
    at, number, faults = called({**boxes("called", *day), "called-time": time, **NUMBER}, now)
    assert faults == ([fault] if fault else [])
    assert number == "01632 960 100"
    assert faults or (at is not None and timedelta(0) <= now - at <= timedelta(days=8))


@pytest.mark.parametrize(
    ("typed", "number"),
    [("01632\u00a0960\u2011100", "01632 960-100"), ("999", "999"), (" 01632  960100 ext 12", "01632 960100 ext 12")],
)
def test_the_number_called_is_taken_as_it_is_written_anywhere(now: datetime, typed: str, number: str) -> None:
    fields = {**boxes("called", "3", "4", "2026"), "called-time": "9:00", "called_number": typed}
    assert called(fields, now)[1:] == (number, [])


@pytest.mark.parametrize("typed", ["", "the duty team", "\u200b", "0" * 41])
def test_what_is_no_number_is_asked_for_again(now: datetime, typed: str) -> None:
    fields = {**boxes("called", "3", "4", "2026"), "called-time": "9:00", "called_number": typed}
    assert called(fields, now)[2] == [("called_number", "Enter the number that you called, like 01234 567890")]
