"""The decision by itself: which outcome, whatever the records hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lookup.searching.domain import Allocated, Findings, Match, Question, answer, outcome
from shared.clock import is_current, today

NOW = datetime(2026, 4, 3, 14, 2, tzinfo=UTC)
LIMIT = timedelta(minutes=15)

matches = st.builds(
    lambda restricted, case_open, allocated: Match(
        uuid4(), "Mira", "O'Quillane", date(2014, 4, 3), restricted, case_open, None, allocated
    ),
    st.booleans(),
    st.sampled_from([None, True, False]),
    st.booleans(),
)


@given(st.lists(matches, max_size=8), st.booleans())
def test_a_restricted_child_is_never_shown(held: list[Match], current: bool) -> None:
    if any(match.restricted for match in held):
        assert outcome(held, current) in ("call_team", "narrow")


@given(st.lists(matches, max_size=8))
def test_nothing_is_said_plainly_from_old_records(held: list[Match]) -> None:
    assert outcome(held, current=False) in ("call_team", "narrow", "not_current")


@given(st.lists(matches, max_size=8), st.booleans())
def test_a_child_is_named_only_when_it_is_the_only_one(held: list[Match], current: bool) -> None:
    said = answer(Findings(NOW if current else None, tuple(held)), NOW, LIMIT)
    assert (said.child is not None) == (said.outcome in ("found", "no_open_case"))
    assert said.child is None or len(held) == 1


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


def test_one_worker_allocated_twice_is_shown_once_and_as_lead() -> None:
    rowan = Allocated(uuid4(), "Rowan", "social_worker", lead=True)
    again = Allocated(rowan.worker_id, "Rowan", "social_worker", lead=False)
    mira = Match(uuid4(), "Mira", "O", date(2014, 4, 3), case_open=True, workers=(rowan, again))
    assert [worker.lead for worker in answer(Findings(NOW, (mira,)), NOW, LIMIT).workers] == [True]


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


@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.dates())
def test_a_name_without_a_birthday_is_never_a_question(given_name: str, family_name: str, born: date | None) -> None:
    faults = Question(given_name=given_name, family_name=family_name, born=born).faults(date(2026, 4, 3))
    assert faults or born is not None
