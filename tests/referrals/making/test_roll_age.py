"""A concern is taken against a roll of any age, and marked; a plain no is given only from a roll that is current."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.referrals.records.domain import LEFT_DAYS
from shared.clock import today
from shared.contracts.feed import Freshness
from tests.referrals.world import LIMIT, MIRA, OTHER_SCHOOL, Referrals, child, on_roll
from tests.support.web import caller

TODAY = today(datetime.now(UTC))
MARKS = "SELECT roll_as_of, roll_current FROM referral"


def left(days_ago: int) -> dict[str, Any]:
    return {"rolls": (on_roll(ends=TODAY - timedelta(days=days_ago)),)}


def moment(told: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(told["roll_as_of"]) if told["roll_as_of"] else None


async def test_against_a_current_roll_it_is_taken_unmarked(referrals: Referrals) -> None:
    as_of = datetime.now(UTC) - LIMIT + timedelta(minutes=1)
    await referrals.is_fresh(as_of)
    told = await referrals.made()
    assert (moment(told), told["roll_current"]) == (as_of, True)


async def test_against_an_old_roll_it_is_taken_and_marked_in_the_receipt_the_fact_and_the_reading(
    referrals: Referrals,
) -> None:
    as_of = await referrals.is_stale()
    told = await referrals.made()
    assert (moment(told), told["roll_current"]) == (as_of, False)
    assert await referrals.clone.rows(MARKS) == [{"roll_as_of": as_of, "roll_current": False}]
    [fact] = await referrals.facts()
    assert (moment(fact), fact["roll_current"]) == (as_of, False)
    read = (await referrals.read(told["reference"], caller("triage_officer"))).json()
    assert (moment(read), read["roll_current"]) == (as_of, False)


async def test_a_roll_that_was_never_complete_is_not_current(referrals: Referrals) -> None:
    await referrals.clone.execute("DELETE FROM freshness")
    told = await referrals.made()
    assert (told["roll_as_of"], told["roll_current"]) == (None, False)


async def test_of_several_sources_each_must_be_within_its_own_time(referrals: Referrals) -> None:
    as_of = await referrals.of_several((5, 60), (800, 93600))
    told = await referrals.made()
    assert (moment(told), told["roll_current"]) == (as_of, True)
    await referrals.of_several((65, 60), (800, 93600))
    assert (await referrals.made())["roll_current"] is False


async def test_a_freshness_far_ahead_of_our_clock_is_not_current(referrals: Referrals) -> None:
    await referrals.is_fresh(datetime.now(UTC) + timedelta(days=1))
    assert (await referrals.made())["roll_current"] is False


@pytest.mark.parametrize("gone", [left(0), left(LEFT_DAYS - 1), {"rolls": ()}, {"ended": True}])
async def test_a_child_that_left_lately_is_taken_against_an_old_roll_and_refused_against_a_current_one(
    referrals: Referrals, gone: dict[str, Any]
) -> None:
    await referrals.change(**gone)
    assert (await referrals.send()).status_code == 403
    await referrals.is_stale()
    assert (await referrals.made())["roll_current"] is False


@pytest.mark.parametrize(
    "gone", [left(LEFT_DAYS), {"rolls": (on_roll(starts=TODAY + timedelta(days=1)),), "child_id": uuid4()}]
)
async def test_an_old_roll_gives_no_plain_no(referrals: Referrals, gone: dict[str, Any]) -> None:
    other = child(**{"child_id": uuid4(), **gone})
    await referrals.keep(other)
    as_of = await referrals.is_stale()
    for asked in (other.child_id, uuid4()):
        response = await referrals.send(child_id=str(asked))
        assert (response.status_code, response.json()["detail"]) == (403, "not_current")
    assert [(f["outcome"], moment(f)) for f in await referrals.facts()] == [("not_current", as_of)] * 2


async def test_a_current_roll_gives_a_plain_no(referrals: Referrals) -> None:
    response = await referrals.send(child_id=str(uuid4()))
    assert "detail" not in response.json()
    assert [fact["outcome"] for fact in await referrals.facts()] == ["not_on_roll"]


async def test_another_schools_child_is_not_taken_against_an_old_roll(referrals: Referrals) -> None:
    await referrals.is_stale()
    assert (await referrals.send(caller("lead", OTHER_SCHOOL))).status_code == 403


async def test_after_a_childs_newer_revision_was_set_aside_it_is_taken_and_marked_until_one_is_kept(
    referrals: Referrals,
) -> None:
    await referrals.doubt(MIRA)
    told = await referrals.made()
    assert (told["roll_as_of"], told["roll_current"]) == (None, False)
    await referrals.change(1)
    assert (await referrals.made())["roll_current"] is True


@pytest.mark.parametrize(
    "said",
    [
        {"doubtful": ("rolls",), "rolls": ()},
        {"doubtful": ("rolls",)},
        {"perhaps_rolls": (on_roll(starts=date(1, 1, 1)),), "rolls": ()},
    ],
)
async def test_a_child_whose_rolls_cannot_be_read_is_taken_and_marked(
    referrals: Referrals, said: dict[str, Any]
) -> None:
    other = child(**said)
    await referrals.keep(other)
    told = await referrals.made(child_id=str(other.child_id))
    assert (told["roll_as_of"], told["roll_current"]) == (None, False)


async def test_an_unreadable_name_marks_nothing(referrals: Referrals) -> None:
    other = child(given_name="", doubtful=("given_name",))
    await referrals.keep(other)
    assert (await referrals.made(child_id=str(other.child_id)))["roll_current"] is True


async def test_while_the_source_lacks_a_column_no_roll_is_current(referrals: Referrals) -> None:
    await referrals.keep(Freshness(revision=2, as_of=datetime.now(UTC), broken=("school_history.ends",)))
    assert (await referrals.made())["roll_current"] is False
