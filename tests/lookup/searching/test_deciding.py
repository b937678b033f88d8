"""Which outcome is decided on, whatever the records hold: the domain by itself, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.lookup.matching.domain import born_sought
from services.lookup.searching.domain import Allocated, Match, Meant, Question, answer, outcome

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


@given(st.lists(matches, max_size=8), st.booleans(), st.booleans())
def test_a_restricted_child_is_never_shown_not_even_as_a_close_match(
    held: list[Match], current: bool, sure: bool
) -> None:
    if any(match.restricted for match in held):
        assert outcome(held, current, sure) in ("call_team", "narrow")


@given(st.lists(matches, max_size=8), st.booleans())
def test_old_records_give_no_plain_answer(held: list[Match], sure: bool) -> None:
    assert outcome(held, current=False, sure=sure) in ("call_team", "narrow", "not_current")


@given(st.lists(matches, max_size=8), st.booleans(), st.booleans())
def test_a_child_is_named_only_if_no_other_fits_and_whether_it_has_a_worker_only_if_it_is_sure(
    held: list[Match], current: bool, sure: bool
) -> None:
    said = answer(Meant(tuple(held), sure), NOW if current else None, NOW, LIMIT)
    assert (said.child is not None) == (said.outcome in ("found", "no_open_case", "close"))
    assert said.child is None or len(held) == 1
    assert sure or said.outcome not in ("found", "no_open_case")
    assert said.outcome == "found" or (said.workers, said.duty) == ((), None)


def test_one_worker_allocated_twice_is_shown_once_and_as_lead() -> None:
    rowan = Allocated(uuid4(), "Rowan", "social_worker", lead=True)
    again = Allocated(rowan.worker_id, "Rowan", "social_worker", lead=False)
    mira = Match(uuid4(), "Mira", "O", date(2014, 4, 3), case_open=True, workers=(rowan, again))
    assert [worker.lead for worker in answer(Meant((mira,)), NOW, NOW, LIMIT).workers] == [True]


@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.dates())
def test_a_name_without_a_birth_date_is_refused(given_name: str, family_name: str, born: date | None) -> None:
    sought = born_sought(born.isoformat()) if born else None
    faults = Question(given_name=given_name, family_name=family_name, born=sought).faults(date(2026, 4, 3))
    assert faults or born is not None
