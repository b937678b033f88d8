"""Which children a search finds: those on the acting school's roll today in London, by UPN, former UPN or name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.lookup.world import (
    FORMER_UPN,
    OTHER_SCHOOL,
    TEAM,
    UPN,
    WORKER,
    Lookup,
    allocated,
    by_name,
    case,
    child,
    on_roll,
    with_worker,
)
from tests.support.web import SCHOOL, caller

DAY = date(2026, 7, 1)  # British Summer Time: London's midnight is 23:00 UTC
BEFORE = datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 30, 23, 0, 0, tzinfo=UTC)
WINTER_DAY = date(2026, 12, 1)
WINTER_BEFORE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
WINTER_MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


async def test_a_child_on_two_rolls_is_found_from_both(lookup: Lookup) -> None:
    third = child(upn=None, given_name="Hespera", rolls=(on_roll("999003"),))
    await lookup.keep(child(rolls=(on_roll(SCHOOL), on_roll(OTHER_SCHOOL))), third)
    for school in (SCHOOL, OTHER_SCHOOL):
        assert (await lookup.search(caller("lead", school)))["outcome"] == "no_open_case"
    assert (await lookup.search(caller("lead", "999003")))["outcome"] == "not_on_roll"


async def test_a_child_with_two_stays_on_one_roll_is_found_once(lookup: Lookup) -> None:
    await lookup.keep(child(rolls=(on_roll(), on_roll(starts=date(2021, 1, 1)))))
    assert (await lookup.search(**by_name()))["outcome"] == "no_open_case"


@pytest.mark.parametrize(
    ("day", "before", "midnight"), [(DAY, BEFORE, MIDNIGHT), (WINTER_DAY, WINTER_BEFORE, WINTER_MIDNIGHT)]
)
async def test_a_roll_begins_at_midnight_in_london(
    lookup: Lookup, day: date, before: datetime, midnight: datetime
) -> None:
    await lookup.keep(child(rolls=(on_roll(starts=day),)))
    assert [await lookup.search_at(before), await lookup.search_at(midnight)] == ["not_on_roll", "no_open_case"]


@pytest.mark.parametrize(
    ("day", "before", "midnight"), [(DAY, BEFORE, MIDNIGHT), (WINTER_DAY, WINTER_BEFORE, WINTER_MIDNIGHT)]
)
async def test_a_roll_ends_at_midnight_in_london(
    lookup: Lookup, day: date, before: datetime, midnight: datetime
) -> None:
    await lookup.keep(child(rolls=(on_roll(ends=day),)))
    assert [await lookup.search_at(before), await lookup.search_at(midnight)] == ["no_open_case", "not_on_roll"]


async def test_a_case_opens_and_closes_at_midnight_in_london(lookup: Lookup) -> None:
    await lookup.keep(child(cases=(case(starts=DAY, ends=WINTER_DAY),)))
    seen = [await lookup.search_at(now) for now in (BEFORE, MIDNIGHT, WINTER_BEFORE, WINTER_MIDNIGHT)]
    assert seen == ["no_open_case", "found", "found", "no_open_case"]


async def test_an_allocation_begins_and_ends_at_midnight_in_london(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, child(allocations=(allocated(starts=DAY, ends=WINTER_DAY),)))
    seen = [await lookup.search_at(now) for now in (BEFORE, MIDNIGHT, WINTER_BEFORE, WINTER_MIDNIGHT)]
    assert seen == ["no_open_case", "found", "found", "no_open_case"]


async def test_a_worker_who_is_yet_to_begin_is_not_shown(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(allocations=(allocated(starts=date(2099, 1, 1)),)))
    answer = await lookup.search()
    assert (answer["outcome"], answer["workers"]) == ("found", [])


async def test_a_former_upn_finds_the_child(lookup: Lookup) -> None:
    mira = child(former_upns=(FORMER_UPN,))
    await lookup.keep(mira)
    for upn in (UPN, FORMER_UPN):
        assert (await lookup.search(upn=upn))["child"]["child_id"] == str(mira.child_id)


async def test_a_upn_is_found_however_the_source_writes_it(lookup: Lookup) -> None:
    await lookup.keep(child(upn=" b801200005001 "))
    assert (await lookup.search(upn=UPN))["outcome"] == "no_open_case"


@pytest.mark.parametrize(
    "asked",
    [by_name("mira", "o\u2019quillane"), by_name("MÍRA", "O QUILLANE"), by_name("Mi-ra", "OQuillane")],
)
async def test_a_name_is_found_in_another_spelling(lookup: Lookup, asked: dict[str, Any]) -> None:
    await lookup.keep(child())
    assert (await lookup.search(**asked))["outcome"] == "no_open_case"


@pytest.mark.parametrize(
    "asked",
    [by_name("Tomasz"), by_name("Tomasz", "Vantongeren"), by_name(family_name="Vantongeren", born=date(2011, 11, 28))],
)
async def test_another_child_is_not_found(lookup: Lookup, asked: dict[str, Any]) -> None:
    await lookup.keep(child())
    assert (await lookup.search(**asked))["outcome"] == "not_on_roll"


async def test_a_child_without_a_upn_is_found_by_name(lookup: Lookup) -> None:
    await lookup.keep(child(upn=None))
    assert (await lookup.search(**by_name()))["outcome"] == "no_open_case"
