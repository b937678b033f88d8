"""Hours that a program can read: days, spans, days off; what it cannot read is refused with how it is written."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from shared.clock import LONDON
from shared.office_hours import UnreadableHours, in_england, read_week


def test_a_break_at_noon_and_a_week_over_its_end_can_be_written() -> None:
    week = read_week("Sa-Mo 00:00-24:00; Tu,We 09:00-12:00,13:00-17:00")
    assert [len(spans) for spans in week] == [1, 2, 2, 0, 0, 1, 1]
    assert week[0] == ((0, 1440),)


def test_spaces_and_order_do_not_matter() -> None:
    assert read_week(" Fr 13:00-16:30, 08:30-12:00 ;Mo-Th 08:30-17:00") == read_week(
        "Mo-Th 08:30-17:00; Fr 08:30-12:00,13:00-16:30"
    )


@pytest.mark.parametrize(
    "hours", ["Mo-Fr 09:00-17:00; Fr 09:00-16:30", "Mo,Mo 09:00-17:00", "Sa-Mo 09:00-17:00; Mo 12:00-13:00"]
)
def test_a_day_in_two_rules_is_refused_for_nobody_knows_which_is_meant(hours: str) -> None:
    with pytest.raises(UnreadableHours, match="each day once"):
        read_week(hours)


def test_it_is_closed_on_bank_holidays_and_days_off() -> None:
    office = in_england("Mo-Fr 09:00-12:00,13:00-17:00", {date(2026, 12, 29)})
    assert office.hours_of(date(2026, 11, 30)) == ((540, 720), (780, 1020))
    assert [office.hours_of(date(2026, 12, day)) for day in (25, 26, 28, 29)] == [()] * 4


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("11:59:59", True), ("12:00", False), ("12:59:59", False), ("13:00", True), ("00:00", False), ("23:59", False)],
)
def test_a_break_at_noon_is_closed(moment: str, is_open: bool) -> None:
    office = in_england("Mo-Fr 09:00-12:00,13:00-17:00")
    assert office.open_at(datetime.fromisoformat(f"2026-11-30T{moment}").replace(tzinfo=LONDON)) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-10-25T00:30+00:00", True),  # 01:30, the first time
        ("2026-10-25T01:30+00:00", True),  # 01:30 again
        ("2026-10-25T02:00+00:00", False),  # 02:00
        ("2026-03-29T00:59+00:00", False),  # 00:59; an hour later London shows 03:00
        ("2026-03-29T01:00+00:00", False),
    ],
)
def test_the_hours_are_those_that_the_clock_on_the_wall_shows(moment: str, is_open: bool) -> None:
    assert in_england("Su 01:00-02:00").open_at(datetime.fromisoformat(moment)) is is_open
