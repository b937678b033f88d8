"""By what a forgiving search finds a child: written with each row, computed where they are missing or old."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.lookup.matching import commands
from services.lookup.settings import Settings
from shared import matching
from shared.contracts.feed import EVER
from tests.lookup.searching.test_doubt import unread
from tests.lookup.world import CLASSMATES, OTHER_SCHOOL, TEAM, WORKER, Lookup, by_name, child, on_roll, with_worker

MIRRA = by_name("Mirra")
YESTERDAYS = "UPDATE {0} SET keys = NULL, keys_version = 0"
OLDER = "UPDATE {0} SET keys = '{{1,2,3}}', keys_version = 0"
"""As yesterday's code writes a row, which knows no keys; and as code with other keys did."""


async def outcomes(lookup: Lookup) -> list[str]:
    """Of the exact name, and of the misspelt one."""
    return [(await lookup.search(**asked))["outcome"] for asked in (by_name(), MIRRA)]


@pytest.mark.parametrize("rows", [YESTERDAYS, OLDER], ids=["none", "older"])
async def test_a_child_without_keys_is_found_by_its_exact_name_until_they_are_computed(
    lookup: Lookup, rows: str
) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(rolls=(on_roll(), on_roll(OTHER_SCHOOL))))
    await lookup.clone.execute(rows.format("roll"))
    assert await outcomes(lookup) == ["found", "not_on_roll"]
    await commands.compute_keys(lookup.clone.db, Settings())
    assert await outcomes(lookup) == ["found", "close"]
    current = await lookup.clone.value("SELECT count(*) FROM roll WHERE keys_version = $1", matching.VERSION)
    assert current == 2 + len(CLASSMATES)


@pytest.mark.parametrize("rows", [YESTERDAYS, OLDER], ids=["none", "older"])
async def test_a_child_that_cannot_be_read_is_doubted_without_keys_too_and_forgivingly_when_they_are_computed(
    lookup: Lookup, rows: str
) -> None:
    await lookup.keep(unread("rolls"))
    await lookup.clone.execute(rows.format("perhaps"))
    assert await outcomes(lookup) == ["not_current", "not_on_roll"]
    await commands.compute_keys(lookup.clone.db, Settings())
    assert await outcomes(lookup) == ["not_current", "not_current"]


async def test_keys_are_computed_in_batches_and_then_there_is_nothing_left_to_do(
    lookup: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lookup.keep(*(child(upn=None, given_name=name) for name in ("Mira", "Tove", "Unna", "Ada", "Bo")))
    await lookup.clone.execute(YESTERDAYS.format("roll"))
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    await commands.compute_keys(lookup.clone.db, Settings())
    assert await lookup.clone.value("SELECT count(*) FROM roll WHERE keys IS NULL") == 0


async def test_what_is_computed_late_is_what_is_written_with_the_row(lookup: Lookup) -> None:
    await lookup.keep(child(rolls=(on_roll(), on_roll(OTHER_SCHOOL))), unread("rolls"), unread("born"))
    kept = "SELECT array_agg(keys::text ORDER BY school, keys::text) FROM {0}"
    written = [await lookup.clone.value(kept.format(table)) for table in ("roll", "perhaps")]
    for table in ("roll", "perhaps"):
        await lookup.clone.execute(YESTERDAYS.format(table))
    await commands.compute_keys(lookup.clone.db, Settings())
    assert [await lookup.clone.value(kept.format(table)) for table in ("roll", "perhaps")] == written


async def test_a_child_whose_name_is_being_changed_just_now_is_passed_over(lookup: Lookup) -> None:
    mira = child()
    await lookup.keep(mira)
    await lookup.clone.execute(YESTERDAYS.format("roll"))
    async with lookup.clone.db.by_itself("test") as tx:
        await tx.execute("UPDATE child SET family_name = 'Vantongeren' WHERE child_id = $1", mira.child_id)
        await commands.compute_keys(lookup.clone.db, Settings())
        assert await lookup.clone.value("SELECT count(*) FROM roll WHERE keys IS NULL") == 1


async def test_a_new_worker_leaves_the_rolls_as_they_lie(lookup: Lookup) -> None:
    """A roll has many entries in its indexes; most changes of a child are of other things."""
    mira = child(rolls=(on_roll(), on_roll(OTHER_SCHOOL)), former_upns=("L850200023001",))
    await lookup.keep(TEAM, WORKER, mira)
    lie = "SELECT array_agg(ctid::text || xmin::text ORDER BY ctid) FROM roll"
    before = await lookup.clone.value(lie)
    await lookup.keep(with_worker(child_id=mira.child_id, revision=2, rolls=mira.rolls, former_upns=mira.former_upns))
    assert await lookup.clone.value(lie) == before
    assert (await lookup.search())["outcome"] == "found"


@pytest.mark.parametrize(
    ("said", "asked", "outcome"),
    [
        ({"given_name": "Tove"}, by_name("Tova"), "close"),
        ({"given_name": "Mira-Jane"}, by_name("Mirajane"), "no_open_case"),
        ({"born": date(2015, 5, 5)}, by_name(born=date(2015, 5, 5)), "no_open_case"),
        ({"rolls": (on_roll(ends=date(2021, 1, 1)),)}, by_name(), "not_on_roll"),
        ({"rolls": (on_roll(OTHER_SCHOOL),)}, by_name(), "not_on_roll"),
        ({"upn": "L850200023001"}, {"upn": "L850200023001"}, "no_open_case"),
        ({"born": EVER, "doubtful": ("born",)}, by_name(), "not_current"),
        ({"ended": True}, by_name(), "not_on_roll"),
    ],
)
async def test_what_changes_of_a_roll_changes_what_finds_the_child(
    lookup: Lookup, said: dict[str, Any], asked: dict[str, Any], outcome: str
) -> None:
    mira = child()
    await lookup.keep(mira)
    await lookup.keep(child(**{"child_id": mira.child_id, "revision": 2, **said}))
    assert (await lookup.search(**asked))["outcome"] == outcome
