"""What is read of a raw record, and what a source's rows mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest

from services.feed.domain import Subject
from services.feed.sources import council
from services.feed.sources.council import Book
from services.feed.sources.debezium import read
from shared.contracts import State, Undecodable
from shared.contracts.feed import Child, Worker
from tests.feed.tape import Row, Tape, allocation, day, involvement, person, roll, worker

CHILD = Subject("child", 1)


def book(*rows: tuple[str, Row]) -> Book:
    made = Book(date(2026, 1, 5))
    for table, row in rows:
        made.add(table, row["id"], council.owner(table, row), row)
    made.ids = {subject: uuid4() for subject in (CHILD, Subject("worker", 1), *made.named())}
    return made


def child(*rows: tuple[str, Row]) -> Child:
    made = book(*rows).state(CHILD)
    assert isinstance(made, Child)
    return made


@pytest.mark.parametrize(
    "value",
    [
        b"", b"\xff", b"null", b"[]", b"{}", b'"text"', b'{"op":"u"}', b"[" * 100_000,
        b'{"op":"u","source":{"table":"person","lsn":1},"after":null}',
        b'{"op":"u","source":{"table":"person","lsn":"1"},"after":{"id":1}}',
        b'{"op":"u","source":{"table":"person","lsn":9223372036854775808},"after":{"id":1}}',
        b'{"op":"u","source":{"table":"person","lsn":1},"after":{"id":true}}',
        b'{"op":"x","source":{"table":"person","lsn":1},"after":{"id":1}}',
        b'{"op":"u","source":{"table":7,"lsn":1},"after":{"id":1}}',
    ],
)  # fmt: skip
def test_what_is_no_change_is_undecodable_and_its_text_says_nothing(tape: Tape, value: bytes) -> None:
    with pytest.raises(Undecodable) as caught:
        read(tape.bytes(value))
    assert str(caught.value).isalpha()


def test_tombstones_and_the_connectors_own_heartbeats_are_nothing(tape: Tape) -> None:
    assert read(tape.bytes(None)) is None
    assert read(tape.own_heartbeat()) is None


def test_dual_rolls_and_future_starts_are_carried_and_history_is_not() -> None:
    future = roll(3, urn="990003", starts=day("2026-09-01"))
    past = roll(4, urn="990004", ends=day("2025-07-20"))
    made = child(person(), roll(), roll(2, urn="990002"), future, past)
    assert sorted(part.school for part in made.rolls) == ["990001", "990002", "990003"]


def test_what_ended_yesterday_is_still_carried_for_clocks_and_zones() -> None:
    assert child(person(), roll(ends=day("2026-01-04"))).rolls
    assert not child(person(), roll(ends=day("2026-01-03"))).rolls


def test_a_closed_case_is_not_carried() -> None:
    assert child(person(), involvement(closed=day("2025-12-01"))).cases == ()


def test_a_closed_case_is_carried_while_an_allocation_was_left_behind() -> None:
    """Without it the allocation would stand by itself, and the child be found with a worker."""
    earlier = involvement(2, opened=day("2020-01-08"), closed=day("2021-01-08"))
    [case] = child(person(), earlier, involvement(closed=day("2025-12-01")), allocation()).cases
    assert case.ends == date(2025, 12, 1)


@pytest.mark.parametrize("closed", ["soon", 10**12, day("2019-01-01")])
def test_a_case_whose_dates_cannot_be_used_counts_as_open_and_is_counted(closed: object) -> None:
    made = book(person(), involvement(closed=closed))
    state = made.state(CHILD)
    assert isinstance(state, Child)
    assert [case.ends for case in state.cases] == [None]
    assert sum(made.left_out.values()) == 1


def test_a_case_that_is_closed_at_infinity_is_open() -> None:
    made = book(person(), involvement(closed=2**31 - 1))
    state = made.state(CHILD)
    assert isinstance(state, Child)
    assert [case.ends for case in state.cases] == [None]
    assert not made.left_out


def test_who_works_with_a_restricted_child_does_not_leave_the_feed() -> None:
    for flag in (True, None, "false"):
        made = child(person(restricted=flag), involvement(), allocation())
        assert made.restricted
        assert made.allocations == ()
        assert made.cases


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("born", None, "no_date"), ("born", 10**12, "bad_date"), ("born", "2014", "bad_date"),
        ("given", "  ", "no_text"), ("family", None, "no_text"), ("family", "x" * 400, "bad_text"),
    ],
)  # fmt: skip
def test_a_person_who_cannot_be_said_is_left_out_and_counted_by_why(column: str, value: object, why: str) -> None:
    table, row = person()
    made = book((table, row | {column: value}))
    assert made.state(CHILD) is None
    assert made.left_out == {("person", why): 1}


@pytest.mark.parametrize(
    ("rows", "table", "why"),
    [
        ([roll(2, urn="12345")], "school_history", "bad_urn"), ([roll(2, urn="9900٠1")], "school_history", "bad_urn"),
        ([roll(2, starts=None)], "school_history", "no_date"),
        ([roll(2, ends=day("2019-01-01"))], "school_history", "ends_first"),
        ([roll(2, ends=-(2**31))], "school_history", "ends_first"),
        ([allocation(2, worker=None)], "allocation", "no_key"),
    ],
)  # fmt: skip
def test_a_bad_part_is_left_out_and_the_child_is_said(rows: Sequence[tuple[str, Row]], table: str, why: str) -> None:
    made = book(person(), roll(), *rows)
    state = made.state(CHILD)
    assert isinstance(state, Child)
    assert len(state.rolls) == 1
    assert state.allocations == ()
    assert made.left_out == {(table, why): 1}


@pytest.mark.parametrize(
    ("written", "kept"),
    [("b801200005001", "B801200005001"), (" B80120000 5001", "B801200005001"), ("B80120000500", None),
     ("I801200005001", None), ("X85020002300A", "X85020002300A"), (5, None)],
)  # fmt: skip
def test_a_upn_is_kept_in_one_form_and_left_out_in_an_impossible_one(written: object, kept: str | None) -> None:
    made = child(person(upn=written, former_upns=[written]))
    assert made.upn == kept
    assert made.former_upns == ((kept,) if kept else ())


def test_more_intervals_than_an_event_may_carry_are_cut_to_the_latest() -> None:
    rows = [roll(n, urn=f"{999000 - n}", starts=day("2020-01-01") + n) for n in range(1, 300)]
    made = child(person(), *rows)
    assert len(made.rolls) == council.INTERVALS_MAX
    assert max(part.starts for part in made.rolls) == date(2020, 10, 26)


def test_a_worker_without_team_or_phone_is_said_and_one_of_another_job_is_not() -> None:
    made = book(worker(team_id=None, phone=" ", left_on=day("2026-01-01"))).state(Subject("worker", 1))
    assert isinstance(made, Worker)
    assert (made.team_id, made.phone, made.left_on) == (None, None, date(2026, 1, 1))
    assert book(worker(job="director")).state(Subject("worker", 1)) is None


def test_an_end_names_nobody() -> None:
    ends: list[State | None] = [council.ended(kind, uuid4()) for kind in ("child", "worker", "team")]
    assert all(end and end.ended for end in ends)
    assert council.ended("freshness", uuid4()) is None
