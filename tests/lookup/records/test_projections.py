"""The newest revision is kept, in whatever order they come; what has ended or is forgotten is in no answer."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime

import pytest

from shared.contracts.feed import Freshness
from tests.lookup.world import (
    TEAM,
    UPN,
    WORKER,
    Lookup,
    allocated,
    by_name,
    case,
    child,
    with_worker,
    worker,
)

FIRST = with_worker()
RENAMED = {"given_name": "Tove", "family_name": "Vantongeren"}
SECOND = FIRST.model_copy(update={"revision": 2, **RENAMED})
THIRD = FIRST.model_copy(update={"revision": 3, **RENAMED, "cases": (), "allocations": ()})


@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, SECOND, THIRD])))
async def test_the_highest_revision_is_kept_whatever_the_order(lookup: Lookup, order: tuple[object, ...]) -> None:
    await lookup.keep(TEAM, WORKER)
    for revision in order:
        await lookup.keep(revision)  # type: ignore[arg-type]
    answer = await lookup.search()
    assert (answer["outcome"], answer["child"]["family_name"]) == ("no_open_case", "Vantongeren")
    assert (await lookup.search(**by_name()))["outcome"] == "not_on_roll"


async def test_the_same_revision_again_changes_nothing(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, FIRST)
    await lookup.keep(TEAM, WORKER, FIRST)
    assert len((await lookup.search())["workers"]) == 1
    assert await lookup.clone.value("SELECT count(*) FROM roll WHERE child_id = $1", FIRST.child_id) == 1


async def test_a_batch_replaces_the_rolls_cases_and_allocations_of_its_own_children_only(lookup: Lookup) -> None:
    other = with_worker(upn=None, given_name="Tove")
    await lookup.keep(TEAM, WORKER, FIRST, other)
    await lookup.keep(THIRD, child(upn=None, given_name="Unna"))
    assert (await lookup.search(**by_name("Tove")))["outcome"] == "found"
    assert await lookup.clone.value("SELECT count(*) FROM allocation") == 1


async def test_a_child_that_ended_is_not_brought_back_by_an_older_revision(lookup: Lookup) -> None:
    await lookup.keep(FIRST)
    await lookup.keep(FIRST.model_copy(update={"revision": 5, "ended": True}))
    await lookup.keep(SECOND)
    assert (await lookup.search())["outcome"] == "not_on_roll"
    kept = await lookup.clone.rows("SELECT given_name, born FROM child WHERE child_id = $1", FIRST.child_id)
    assert kept == [{"given_name": None, "born": None}]


async def test_a_forgotten_child_leaves_nothing_behind(lookup: Lookup) -> None:
    await lookup.keep(FIRST)
    await lookup.forget_child(FIRST.child_id)
    for table in ("child", "roll", "open_case", "allocation"):
        assert await lookup.clone.value(f"SELECT count(*) FROM {table} WHERE child_id = $1", FIRST.child_id) == 0


async def test_a_worker_and_a_team_keep_their_newest_revision(lookup: Lookup) -> None:
    moved = WORKER.model_copy(update={"revision": 3, "phone": "01632 960333"})
    renamed = TEAM.model_copy(update={"revision": 3, "name": "Southbrook"})
    await lookup.keep(moved, renamed, FIRST)
    await lookup.keep(WORKER, TEAM)
    [seen] = (await lookup.search())["workers"]
    assert (seen["phone"], seen["team"]) == ("01632 960333", "Southbrook")


async def test_a_child_whose_allocated_worker_has_ended_gives_no_plain_answer(lookup: Lookup) -> None:
    gone = worker("Rowan", ended=True)
    await lookup.keep(TEAM, gone, child(cases=(case(),), allocations=(allocated(gone),)))
    answer = await lookup.search()
    assert (answer["outcome"], answer["workers"]) == ("not_current", [])


async def test_freshness_does_not_go_back(lookup: Lookup) -> None:
    before = (await lookup.search())["as_of"]
    await lookup.keep(Freshness(revision=0, as_of=datetime(2014, 1, 1, tzinfo=UTC)))
    assert (await lookup.search())["as_of"] == before


async def test_a_name_and_a_upn_of_absurd_length_do_not_stop_the_batch(lookup: Lookup) -> None:
    long = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))  # incompressible
    await lookup.keep(child(given_name=f"ﷺ{long}", upn=long), child(given_name="Tove", upn=UPN))
    assert (await lookup.search(upn=UPN))["child"]["given_name"] == "Tove"


async def test_an_interval_that_ends_before_it_starts_never_counts(lookup: Lookup) -> None:
    await lookup.keep(child(cases=(case(starts=date(2024, 1, 2), ends=date(2024, 1, 1)),)))
    assert (await lookup.search())["outcome"] == "no_open_case"
