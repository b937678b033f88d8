"""How things are said: times, numbers, values of contracts, and why somebody acts no longer as they did."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.gateway import words


def test_times_are_said_as_people_say_them(now: datetime) -> None:
    assert words.moment(now, now) == "13:00 today"
    assert words.moment(datetime(2026, 4, 2, 9, 5, tzinfo=UTC), now) == "10:05 yesterday"
    assert words.moment(datetime(2026, 1, 2, 9, 5, tzinfo=UTC), now) == "09:05 on 2 January 2026"
    assert words.due(now) == "13:00 on Friday 3 April 2026"


def test_a_word_that_the_pages_do_not_know_is_shown_plainly() -> None:
    assert words.said(words.KINDS, "made_anew") == "Made anew"


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("01632 960 100", "01632960100"),
        ("(01632) 960-100", "01632960100"),
        ("+44 (0)1632 960100", "+441632960100"),
        ("+44 1632 960100", "+441632960100"),
        ("101", "101"),
        ("0800 1111", "08001111"),
        ("116 123", "116123"),
        ("01632 960100 ext 4321", None),
        ("01632 960100 / 07700 900123", None),
        ("ask at the desk", None),
        ("960100", None),
    ],
)
def test_only_a_whole_number_can_be_dialled(number: str, dialled: str | None) -> None:
    assert words.dial(number) == dialled


@pytest.mark.parametrize("why", ["role_removed", "school_suspended", "agreement_ended", "something newer"])
def test_what_was_lost_is_said_with_its_place_and_never_fails(why: str) -> None:
    assert "Mossgate" in words.lost(why, "lead", "Mossgate")
    assert "council" in words.lost(why, "operator", None)
