"""A child with a record on each side is one child: the pupil, with the worker whom social care's record has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.contracts.feed import Child
from tests.feed.linking.world import (
    OTHER_UPN,
    STAFF,
    TWOFOLD,
    Follower,
    enrolment,
    is_plain_no,
    keys,
    person,
    pupil,
    worked_with,
)
from tests.feed.world import Feed, Tape, children, day
from tests.support.databases import Clone

ALL = (pupil(), enrolment(), person(), *worked_with(), *STAFF)


@pytest.fixture
async def feed(database: Callable[..., Awaitable[Clone]], tape: Tape) -> Feed:
    return Feed(await database("feed"), tape, TWOFOLD)


async def begun(feed: Feed, *rows: Any) -> list[Child]:
    """What a whole snapshot of these rows emits of children."""
    await feed.ingest(feed.tape.snapshot(100, *rows))
    await feed.catch_up()
    return children(await feed.emitted())


async def changed(feed: Feed, *rows: Any) -> list[Child]:
    await feed.ingest([feed.tape.put(110 + feed.tape.offset, *row) for row in rows])
    return children(await feed.emitted())


async def test_the_pupil_has_the_worker_of_its_person_who_is_no_child_beside_it(feed: Feed) -> None:
    [child] = await begun(feed, *ALL)
    assert (child.rolls[0].school, len(child.cases), len(child.allocations)) == ("990001", 1, 1)
    assert (child.doubtful, (await keys(feed))[child.child_id]) == ((), "1")


async def test_what_changes_on_either_side_changes_the_pupil_at_once(feed: Feed) -> None:
    [was] = await begun(feed, *ALL)
    [left] = await changed(feed, ("episode", {**worked_with()[0][1], "closed": day("2025-01-08")}))
    assert (left.child_id, left.cases) == (was.child_id, ())
    [renamed] = await changed(feed, pupil(first="Mirella"))
    assert (renamed.given_name, len(renamed.allocations)) == ("Mirella", 1)
    [hidden] = await changed(feed, person(hidden=True))
    assert (hidden.restricted, hidden.allocations) == (True, ())


async def test_a_link_that_is_made_gives_the_pupil_the_worker_before_the_person_ends(feed: Feed) -> None:
    """Whoever reads one event after another finds the worker at every moment."""
    [alone] = await begun(feed, person(), *worked_with(), *STAFF)
    assert (alone.rolls, len(alone.allocations)) == ((), 1)
    made, ended = await changed(feed, pupil(), enrolment())
    assert (len(made.rolls), len(made.allocations), made.ended) == (1, 1, False)
    assert (ended.child_id, ended.ended, ended.given_name) == (alone.child_id, True, "")


async def test_a_person_who_comes_later_is_never_a_plain_no_of_the_pupil_s(feed: Feed) -> None:
    [before] = await begun(feed, pupil(), enrolment(), *STAFF)
    assert is_plain_no(before)
    [after] = await changed(feed, person(), *worked_with())
    assert (after.child_id, len(after.allocations)) == (before.child_id, 1)


async def test_a_link_that_ends_gives_each_what_is_its_own_and_both_keep_their_ids(feed: Feed) -> None:
    [was] = await begun(feed, person(), *worked_with(), *STAFF)
    joined, _ = await changed(feed, pupil(), enrolment())
    other = {"upn": OTHER_UPN, "forename": "Tobias", "surname": "Fenwarren", "dob": day("2011-10-20")}
    said = {child.child_id: child for child in await changed(feed, person(**other))}
    assert set(said) == {was.child_id, joined.child_id}
    assert (said[was.child_id].given_name, len(said[was.child_id].allocations)) == ("Tobias", 1)
    assert is_plain_no(said[joined.child_id])


async def test_a_pupil_who_leaves_the_roll_leaves_its_person_behind(feed: Feed) -> None:
    [linked] = await begun(feed, *ALL)
    await feed.ingest(feed.tape.delete(200, "pupil", {"ref": "1"}))
    alone, ended = children(await feed.emitted())
    assert (ended.child_id, ended.ended) == (linked.child_id, True)
    assert (alone.rolls, len(alone.allocations)) == ((), 1)


async def test_a_snapshot_that_has_the_person_no_more_ends_the_link(feed: Feed) -> None:
    await begun(feed, *ALL)
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(900, pupil(), enrolment(), *STAFF))
    await feed.catch_up()
    [child] = children(await feed.emitted())
    assert is_plain_no(child)
    assert await feed.database.value("SELECT count(*) FROM link_pair") == 0


@pytest.mark.parametrize("key", ["1", "care:1", "\\care:1", "\\1"])
async def test_the_same_key_on_both_sides_is_two_children(feed: Feed, key: str) -> None:
    other = {"forename": "Tobias", "surname": "Fenwarren", "upn": OTHER_UPN, "dob": day("2011-10-20")}
    one, two = await begun(feed, pupil(key), enrolment(key), person("1", **other), *worked_with(), *STAFF)
    assert {one.given_name, two.given_name} == {"Mirela", "Tobias"}
    assert sorted((len(child.rolls), len(child.allocations)) for child in (one, two)) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    "cells",
    [
        {"upn": OTHER_UPN},  # somebody's UPN is wrong
        {"upn": None, "forename": "Mirella"},
        {"upn": None, "dob": None},
        {"forename": None},
        {"surname": "Fenwarren", "forename": "Tobias", "dob": day("2011-10-20")},  # the UPN alone
    ],
)
async def test_of_a_doubtful_one_nothing_plain_is_said_until_it_is_clear(feed: Feed, cells: dict[str, Any]) -> None:
    follower = Follower()
    follower.follow(await _emitted(feed, pupil(), enrolment(), person(**cells), *worked_with(), *STAFF))
    [child] = follower.on_roll
    assert (child.doubtful, child.restricted_in_doubt) == (("allocations", "cases"), True)
    assert (child.cases, child.allocations) == ((), ())
    [linked, ended] = await changed(feed, person())
    assert (linked.doubtful, linked.restricted, len(linked.allocations), ended.ended) == ((), False, 1, True)


async def _emitted(feed: Feed, *rows: Any) -> Any:
    await feed.ingest(feed.tape.snapshot(100, *rows))
    await feed.catch_up()
    return await feed.emitted()


async def test_two_persons_who_both_are_the_pupil_wait_for_a_person(feed: Feed) -> None:
    said = await begun(feed, *ALL, person("2"), *worked_with("2"))
    [child] = [child for child in said if child.rolls]
    assert (child.doubtful, child.allocations) == (("allocations", "cases"), ())
    assert len(said) == 3
    await feed.ingest(feed.tape.delete(900, "person", {"no": "2"}))
    [child] = [child for child in children(await feed.emitted()) if child.rolls]
    assert (child.doubtful, len(child.allocations)) == ((), 1)


async def test_a_pupil_who_cannot_be_compared_is_in_doubt_even_where_nobody_is_like_it(feed: Feed) -> None:
    [child] = await begun(feed, pupil(dob=None), enrolment(), *STAFF)
    assert {"allocations", "born", "cases"} <= set(child.doubtful)


PARTLY = {"upn": None, "dob": None}


@pytest.mark.parametrize(
    ("first", "then"),
    [(pupil(), person(**PARTLY)), (person(**PARTLY), pupil()), (pupil(**PARTLY), person(**PARTLY)),
     (person(**PARTLY), pupil(**PARTLY)), (pupil(**PARTLY), person(upn=None)), (person(upn=None), pupil(**PARTLY))],
)  # fmt: skip
async def test_two_that_are_alike_in_what_can_be_read_are_found_whichever_comes_last(
    feed: Feed, first: Any, then: Any
) -> None:
    await begun(feed, enrolment(), *worked_with(), *STAFF, first)
    await changed(feed, then)
    assert await feed.database.value("SELECT count(*) FROM link_pair WHERE standing = 'waiting'") == 1


async def test_one_of_two_persons_who_becomes_somebody_else_leaves_the_pupil_to_the_other(feed: Feed) -> None:
    await begun(feed, *ALL, person("2"), *worked_with("2"))
    other = {"upn": OTHER_UPN, "forename": "Tobias", "surname": "Fenwarren", "dob": day("2011-10-20")}
    [child] = [child for child in await changed(feed, person("2", **other)) if child.rolls]
    assert (child.doubtful, len(child.allocations)) == ((), 1)
