"""Which outcome is decided on, whatever the records hold: the domain by itself, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.lookup.searching.domain import Allocated, Findings, Match, Question, answer, outcome

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
def test_old_records_give_no_plain_answer(held: list[Match]) -> None:
    assert outcome(held, current=False) in ("call_team", "narrow", "not_current")


@given(st.lists(matches, max_size=8), st.booleans())
def test_a_child_is_named_only_if_no_other_fits(held: list[Match], current: bool) -> None:
    said = answer(Findings(NOW if current else None, tuple(held)), NOW, LIMIT)
    assert (said.child is not None) == (said.outcome in ("found", "no_open_case"))
    assert said.child is None or len(held) == 1


def test_one_worker_allocated_twice_is_shown_once_and_as_lead() -> None:
    rowan = Allocated(uuid4(), "Rowan", "social_worker", lead=True)
    again = Allocated(rowan.worker_id, "Rowan", "social_worker", lead=False)
    mira = Match(uuid4(), "Mira", "O", date(2014, 4, 3), case_open=True, workers=(rowan, again))
    assert [worker.lead for worker in answer(Findings(NOW, (mira,)), NOW, LIMIT).workers] == [True]


@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.dates())
def test_a_name_without_a_birth_date_is_refused(given_name: str, family_name: str, born: date | None) -> None:
    faults = Question(given_name=given_name, family_name=family_name, born=born).faults(date(2026, 4, 3))
    assert faults or born is not None
