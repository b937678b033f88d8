"""What the rows of the demo's council mean."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.feed.emitting.domain import ended
from services.feed.source import Derived, Subject
from services.feed.sources.council import source
from services.feed.sources.council.tables import TABLES
from services.feed.sources.parts import INTERVALS_MAX
from shared.contracts import State
from shared.contracts.feed import EVER, Child, Freshness, Team, Worker
from tests.feed.world import Row, allocation, day, heartbeat, involvement, person, roll, team, worker
from tests.feed.world import source_rows as rows_of

TODAY = date(2026, 1, 5)
CHILD = Subject("child", "1")


def derived(*made: tuple[str, Row]) -> Derived:
    rows = rows_of(source, made)
    ids = {subject: uuid4() for subject in (CHILD, Subject("worker", "1"), Subject("team", "1"), *source.named(rows))}
    return source.derive(rows, ids, TODAY)


def said(made: Derived) -> Child:
    state = made.states[CHILD]
    assert isinstance(state, Child)
    return state


def child(*rows: tuple[str, Row]) -> Child:
    return said(derived(*rows))


def left_out(made: Derived) -> set[tuple[str, str, str]]:
    return {(cell.table, cell.column, cell.why) for cell in made.left_out}


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
def test_a_case_whose_days_cannot_be_used_counts_as_open_and_is_doubted(closed: object) -> None:
    made = derived(person(), involvement(closed=closed))
    [case] = said(made).cases
    assert (case.starts, case.ends, case.doubtful) == (EVER, None, True)
    assert said(made).doubtful == ("cases",)
    assert len(made.left_out) == 1


def test_an_end_at_infinity_or_beyond_the_calendar_is_none() -> None:
    ends = date.max
    made = derived(person(), roll(ends=ends), involvement(closed=ends), allocation(ends=ends))
    state = said(made)
    assert [part.ends for part in (*state.rolls, *state.cases, *state.allocations)] == [None, None, None]
    assert (state.doubtful, made.left_out) == ((), set())


def test_an_end_before_all_days_is_over() -> None:
    ends = date.min
    made = derived(person(), roll(ends=ends), involvement(closed=ends), allocation(ends=ends))
    state = said(made)
    assert (state.rolls, state.cases, state.allocations, state.doubtful) == ((), (), (), ())
    assert made.left_out == set()


def test_what_begins_at_infinity_has_not_begun_and_at_minus_infinity_always_was() -> None:
    made = child(person(), roll(starts=date.max), roll(2, starts=date.min), allocation(starts=date.max))
    assert [part.starts for part in (*made.rolls, *made.allocations)] == [date.min, date.max, date.max]
    assert made.doubtful == ()


def test_whoever_is_absent_until_infinity_is_absent_and_who_leaves_at_infinity_stays() -> None:
    made = worker_of(absent_until=date.max, left_on=date.max)
    assert (made.absent_until, made.left_on, made.doubtful) == (date.max, None, ())


def test_who_works_with_a_restricted_child_does_not_leave_the_feed() -> None:
    for flag in (True, None, "false"):
        made = child(person(restricted=flag), involvement(), allocation())
        assert (made.restricted, made.restricted_in_doubt) == (True, False)
        assert made.allocations == ()
        assert made.cases


@pytest.mark.parametrize(
    ("column", "value", "why", "part"),
    [
        ("born", None, "no_date", "born"), ("born", 10**12, "bad_date", "born"), ("born", "2014", "bad_date", "born"),
        ("born", day("9999-12-31"), "bad_date", "born"), ("born", day("1014-03-05"), "bad_date", "born"),
        ("born", date.min, "bad_date", "born"), ("born", day("2026-01-07"), "bad_date", "born"),
        ("given", "  ", "no_text", "given_name"), ("given", 5, "bad_text", "given_name"),
        ("family", None, "no_text", "family_name"), ("family", "x" * 301, "long_text", "family_name"),
        ("upn", "B80120000500", "bad_upn", "upn"), ("upn", 5, "bad_upn", "upn"),
        ("former_upns", "B801200005001", "bad_list", "former_upns"),
        ("former_upns", ["B80120000500"], "bad_upn", "former_upns"),
        ("former_upns", ["B801200005001"] * 101, "too_many", "former_upns"),
    ],
)  # fmt: skip
def test_a_child_of_whom_something_cannot_be_read_is_said_and_doubted(
    column: str, value: object, why: str, part: str
) -> None:
    table, row = person()
    made = derived((table, row | {column: value}), roll())
    assert said(made).doubtful == (part,)
    assert left_out(made) == {("person", column, why)}
    assert said(made).restricted_in_doubt == (part in ("born", "given_name", "family_name"))


@pytest.mark.parametrize("column", sorted(TABLES["person"].columns.keys() - {"id", "restricted"}))
def test_a_column_that_was_not_sent_is_not_an_empty_one(column: str) -> None:
    table, row = person()
    made = derived((table, {name: value for name, value in row.items() if name != column}))
    assert len(said(made).doubtful) == 1
    assert left_out(made) == {("person", column, "missing")}


@pytest.mark.parametrize("word", ["none", "-", "N/A", ""])
def test_a_word_in_place_of_a_upn_says_that_there_is_none(word: str) -> None:
    made = derived(person(upn=word))
    assert (said(made).upn, said(made).doubtful) == (None, ())
    assert left_out(made) == {("person", "upn", "bad_upn")}


@pytest.mark.parametrize(
    ("bad", "cell", "doubtful", "perhaps"),
    [
        (roll(2, urn="12345"), ("urn", "bad_urn"), ("rolls",), 0),
        (roll(2, urn="9900٠1"), ("urn", "bad_urn"), ("rolls",), 0),
        (roll(2, starts=None), ("starts", "no_date"), (), 1),
        (roll(2, ends=day("2019-01-01")), ("ends", "ends_first"), (), 1),
        (roll(2, ends="soon"), ("ends", "bad_date"), (), 1),
        (allocation(2, worker=None), ("worker_id", "no_key"), ("allocations",), 0),
        (allocation(2, worker="7"), ("worker_id", "bad_key"), ("allocations",), 0),
        (allocation(2, ends="soon"), ("ends", "bad_date"), ("allocations",), 0),
        (allocation(2, starts=None), ("starts", "no_date"), ("allocations",), 0),
    ],
)
def test_what_a_bad_part_would_say_is_doubted_and_the_rest_is_said(
    bad: tuple[str, Row], cell: tuple[str, str], doubtful: tuple[str, ...], perhaps: int
) -> None:
    made = derived(person(), roll(), bad)
    state = said(made)
    assert (len(state.rolls), len(state.perhaps_rolls), state.allocations) == (1, perhaps, ())
    assert state.doubtful == doubtful
    assert left_out(made) == {(bad[0], *cell)}


def test_of_what_is_over_it_does_not_matter_what_cannot_be_read() -> None:
    over = {"ends": day("2021-07-20"), "starts": None}
    made = derived(person(), roll(2, urn="?", **over), allocation(2, worker=None, **over))
    assert said(made).doubtful == ()
    assert made.left_out == set()


@pytest.mark.parametrize(
    ("written", "kept"),
    [("b801200005001", "B801200005001"), (" B80120000 5001", "B801200005001"), ("B80120000500", None),
     ("I801200005001", None), ("X85020002300A", "X85020002300A"), (5, None)],
)  # fmt: skip
def test_a_upn_is_kept_in_one_form_and_left_out_in_an_impossible_one(written: object, kept: str | None) -> None:
    made = child(person(upn=written, former_upns=[written]))
    assert made.upn == kept
    assert made.former_upns == ((kept,) if kept else ())


def test_more_intervals_than_an_event_may_carry_are_cut_to_the_latest_and_doubted() -> None:
    rows = [roll(n, urn=f"{999000 - n}", starts=day("2020-01-01") + timedelta(days=n)) for n in range(1, 300)]
    made = child(person(), *rows)
    assert len(made.rolls) == INTERVALS_MAX
    assert max(part.starts for part in made.rolls) == date(2020, 10, 26)
    assert made.doubtful == ("rolls",)


def worker_of(**cells: object) -> Worker:
    state = derived(worker(**cells)).states[Subject("worker", "1")]
    assert isinstance(state, Worker)
    return state


def test_a_worker_without_team_or_phone_is_said() -> None:
    made = worker_of(team_id=None, phone=" ", left_on=day("2026-01-01"))
    assert (made.team_id, made.phone, made.left_on, made.doubtful) == (None, None, date(2026, 1, 1), ())


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("job", "personal_adviser", "role"), ("job", None, "role"), ("phone", "0" * 301, "phone"),
        ("email", 7, "email"), ("name", "", "name"), ("left_on", "soon", "left_on"),
        ("absent_until", 10**12, "absent_until"),
    ],
)  # fmt: skip
def test_a_worker_of_whom_something_cannot_be_read_is_said_and_doubted(column: str, value: object, part: str) -> None:
    assert worker_of(**{column: value}).doubtful == (part,)


def test_a_name_that_is_too_long_is_cut_and_a_telephone_number_never() -> None:
    assert len(worker_of(name="x" * 400).name) == 300
    state = derived(team(name="n" * 301, duty_phone="0" * 301, duty_hours="h" * 301)).states[Subject("team", "1")]
    assert isinstance(state, Team)
    assert (len(state.name), state.duty_phone, len(state.duty_hours)) == (300, "", 300)
    assert state.doubtful == ("duty_phone",)


def test_an_end_names_nobody() -> None:
    ends: list[State | None] = [ended(kind, uuid4()) for kind in ("child", "worker", "team")]
    assert all(end and end.ended for end in ends)
    assert ended("freshness", uuid4()) is None


@pytest.mark.parametrize("at", [None, "infinity", TODAY, 1795409405777])
def test_a_heartbeat_that_cannot_be_read_makes_nothing_fresh(at: object) -> None:
    table, row = heartbeat()
    made = derived((table, row | {"at": at}))
    assert (made.states, left_out(made)) == ({}, {("heartbeat", "at", "bad_date")})
    assert isinstance(derived((table, row)).states[source.heartbeat], Freshness)
