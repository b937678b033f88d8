"""A child that may be meant, and is not for sure: shown to be confirmed, and nothing of its worker before that is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.feed import Child
from tests.lookup.searching.test_doubt import unread
from tests.lookup.world import (
    BORN,
    OTHER_SCHOOL,
    TEAM,
    WORKER,
    Lookup,
    by_name,
    child,
    on_roll,
    with_worker,
)
from tests.support.web import SCHOOL, caller

MIRRA = by_name("Mirra")
"""Mira, misspelt."""


async def confirmed(lookup: Lookup, search_id: str, **asked: Any) -> dict[str, Any]:
    return await lookup.search(**{**MIRRA, **asked}, confirms=search_id)


@pytest.mark.parametrize(
    ("asked", "differs"),
    [
        (MIRRA, ["given_name"]),
        (by_name(family_name="O'Quilane"), ["family_name"]),
        (by_name(born=date(2014, 3, 4)), ["born"]),
        (by_name("O'Quillane", "Mira"), ["swapped"]),
        (by_name() | {"born": "2014-04-XX"}, []),
        (by_name() | {"born": "2014-XX-03"}, []),
    ],
    ids=["given name", "family name", "day and month", "names swapped", "no day", "no month"],
)
async def test_a_close_match_is_shown_as_recorded_with_what_differs_and_without_its_worker(
    lookup: Lookup, asked: dict[str, Any], differs: list[str]
) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    answer = await lookup.search(**asked)
    assert (answer["outcome"], answer["differs"]) == ("close", differs)
    named = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}
    assert answer["child"] == {"child_id": str(mira.child_id), **named}
    assert (answer["workers"], answer["duty"], answer["tells_apart"]) == ([], None, [])


async def test_whether_it_has_a_worker_is_not_to_be_seen_of_a_close_match(lookup: Lookup) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    before = await lookup.search(**MIRRA)
    await lookup.keep(child(child_id=mira.child_id, revision=2))
    after = await lookup.search(**MIRRA)
    assert {**before, "search_id": 0} == {**after, "search_id": 0}


async def test_confirmed_it_is_answered_and_both_are_in_the_record(lookup: Lookup) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    first = await lookup.search(**MIRRA)
    second = await confirmed(lookup, first["search_id"])
    assert (second["outcome"], second["workers"][0]["name"]) == ("found", "Rowan Achterberg")
    close, found = await lookup.facts()
    assert [close["outcome"], found["outcome"]] == ["close", "found"]
    assert close["children"] == found["children"] == [str(mira.child_id)]
    assert (close["confirms"], found["confirms"]) == (None, first["search_id"])
    assert close["differs"] == found["differs"] == ["given_name"]
    assert close["shown"]["given_name"] == "Mira"
    assert close["shown"]["workers"] == []


async def test_a_part_of_a_birth_date_is_recorded_as_it_was_typed(lookup: Lookup) -> None:
    await lookup.search(**by_name() | {"born": "2014-04-XX"})
    [fact] = await lookup.facts()
    assert (fact["asked"]["born"], fact["asked"]["born_part"]) == (None, "2014-04-XX")


async def test_a_confirmation_is_believed_only_of_what_was_shown_to_this_person_at_this_school_today(
    lookup: Lookup,
) -> None:
    mira = with_worker(rolls=(on_roll(), on_roll(OTHER_SCHOOL)))
    await lookup.keep(TEAM, WORKER, mira)
    by_another = (await lookup.search(caller("lead"), **MIRRA))["search_id"]
    same = lookup.who.account
    elsewhere = (await lookup.search(caller("lead", OTHER_SCHOOL, same), **MIRRA))["search_id"]
    old = (await lookup.search(**MIRRA))["search_id"]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await lookup.clone.execute("UPDATE close_match SET at = $1 WHERE search_id = $2", yesterday, UUID(old))
    for search_id in (by_another, elsewhere, old, str(uuid4())):
        assert (await confirmed(lookup, search_id))["outcome"] == "close"
    assert {fact["confirms"] for fact in await lookup.facts()} == {None}


async def test_confirming_one_child_does_not_answer_about_another(lookup: Lookup) -> None:
    """The first question meant Mira; the second, under the same confirmation, means Tove, who must be confirmed too."""
    mira, tove = with_worker(), with_worker(given_name="Tove", family_name="Vantongeren", upn=None)
    await lookup.keep(TEAM, WORKER, mira, tove)
    first = await lookup.search(**MIRRA)
    answer = await confirmed(lookup, first["search_id"], **by_name("Tova", "Vantongeren"))
    assert (answer["outcome"], answer["child"]["given_name"]) == ("close", "Tove")
    assert [fact["confirms"] for fact in await lookup.facts()] == [None, None]


async def test_what_has_changed_since_is_decided_anew_whatever_was_confirmed(lookup: Lookup) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    first = (await lookup.search(**MIRRA))["search_id"]

    async def then(**said: Any) -> str:
        revision = 1 + await lookup.clone.value("SELECT revision FROM child WHERE child_id = $1", mira.child_id)
        await lookup.keep(with_worker(child_id=mira.child_id, revision=revision, **said))
        return str((await confirmed(lookup, first))["outcome"])

    assert await then(restricted=True) == "call_team"
    assert await then(rolls=(on_roll(OTHER_SCHOOL),)) == "not_on_roll"
    assert await then(doubtful=("cases",), cases=()) == "not_current"
    assert await then(cases=(), allocations=()) == "no_open_case"
    await lookup.is_stale()
    assert await then() == "not_current"


@pytest.mark.parametrize(
    ("kept", "outcome"),
    [
        ([with_worker(restricted=True)], "call_team"),
        ([unread("cases", allocations=())], "not_current"),
        ([with_worker(), child(upn=None, rolls=(), perhaps_rolls=(on_roll(),))], "not_current"),
        ([with_worker(rolls=(on_roll(OTHER_SCHOOL),))], "not_on_roll"),
        ([with_worker(ended=True)], "not_on_roll"),
    ],
    ids=["restricted", "unreadable", "another may be meant", "another school", "ended"],
)
async def test_nothing_is_shown_of_a_close_match_of_whom_nothing_would_be_shown(
    lookup: Lookup, kept: list[Child], outcome: str
) -> None:
    await lookup.keep(TEAM, WORKER, *kept)
    answer = await lookup.search(**MIRRA)
    assert (answer["outcome"], answer["child"], answer["workers"], answer["differs"]) == (outcome, None, [], [])


async def test_old_records_show_no_close_match(lookup: Lookup) -> None:
    await lookup.keep(child())
    await lookup.is_stale()
    assert (await lookup.search(**MIRRA))["child"] is None


async def test_several_close_ones_are_not_listed_and_what_tells_them_apart_is_asked_for(lookup: Lookup) -> None:
    await lookup.keep(child(given_name="Mirla", upn=None), child(given_name="Mirna", upn=None))
    answer = await lookup.search(**MIRRA)
    assert (answer["outcome"], answer["child"], answer["tells_apart"]) == ("narrow", None, ["given_name", "upn"])
    restricted = child(given_name="Mirna", upn=None, restricted=True)
    await lookup.keep(restricted)
    assert (await lookup.search(**MIRRA))["outcome"] == "call_team"


async def test_an_exact_match_is_answered_whoever_is_called_nearly_so(lookup: Lookup) -> None:
    exact = with_worker()
    await lookup.keep(TEAM, WORKER, exact, child(given_name="Mirra", upn=None), child(given_name="Myra", upn=None))
    answer = await lookup.search(**by_name())
    assert (answer["outcome"], answer["child"]["child_id"]) == ("found", str(exact.child_id))


async def test_one_hundred_brothers_and_sisters_do_not_hide_the_child_that_is_meant(lookup: Lookup) -> None:
    others = [child(given_name=f"{a}{b}lo", upn=None, born=BORN) for a in "BCDFGHJKLNPRST" for b in "aeiouyäöüåø"]
    await lookup.keep(TEAM, WORKER, *others, with_worker())
    assert (await lookup.search(**by_name()))["outcome"] == "found"


@pytest.mark.parametrize("school", [SCHOOL, OTHER_SCHOOL])
async def test_a_close_match_is_of_the_roll_of_whoever_asks(lookup: Lookup, school: str) -> None:
    await lookup.keep(child(rolls=(on_roll(school),)))
    answer = await lookup.search(caller("lead", school), **MIRRA)
    assert answer["outcome"] == "close"
