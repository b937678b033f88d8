"""A concern is taken against a roll of any age, and marked; a plain no is said only from a roll that is current."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.referrals.app import service
from services.referrals.records.domain import LEFT_DAYS
from shared.clock import today
from shared.contracts.feed import Child, Freshness, Roll, Team, Worker
from shared.database.tx import Cause
from tests.referrals.world import LIMIT, MIRA, OTHER_SCHOOL, Referrals, child, on_roll
from tests.support.projecting import projectors
from tests.support.web import caller

TODAY = today(datetime.now(UTC))
MARKS = "SELECT roll_as_of, roll_current FROM referral"


class Perhaps(Child):
    """A child of which the feed could not read everything."""

    doubtful: tuple[str, ...] = ()  # type: ignore[assignment]
    perhaps_rolls: tuple[Roll, ...] = ()


class Broken(Freshness):
    """The source does not send a column any more."""

    broken: tuple[str, ...] = ("school_history.ends",)


def left(days_ago: int) -> dict[str, Any]:
    return {"rolls": (on_roll(ends=TODAY - timedelta(days=days_ago)),)}


async def changed(referrals: Referrals, revision: int = 2, **said: Any) -> None:
    await referrals.keep(MIRA.model_copy(update={"revision": revision, **said}))


def moment(told: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(told["roll_as_of"]) if told["roll_as_of"] else None


async def test_against_a_current_roll_it_is_taken_unmarked(referrals: Referrals) -> None:
    as_of = datetime.now(UTC) - LIMIT + timedelta(minutes=1)
    await referrals.is_fresh(as_of)
    told = await referrals.made()
    assert (moment(told), told["roll_current"]) == (as_of, True)


async def test_against_an_old_roll_it_is_taken_and_marked_for_sender_record_and_officer(referrals: Referrals) -> None:
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


async def test_a_time_far_ahead_proves_nothing(referrals: Referrals) -> None:
    await referrals.is_fresh(datetime.now(UTC) + timedelta(days=1))
    assert (await referrals.made())["roll_current"] is False


@pytest.mark.parametrize("gone", [left(0), left(LEFT_DAYS - 1), {"rolls": ()}, {"ended": True}])
async def test_a_child_gone_a_short_while_ago_is_taken_against_an_old_roll_and_refused_against_a_current_one(
    referrals: Referrals, gone: dict[str, Any]
) -> None:
    await changed(referrals, **gone)
    assert (await referrals.send()).status_code == 403
    await referrals.is_stale()
    assert (await referrals.made())["roll_current"] is False


async def test_a_roll_of_which_the_feed_says_nothing_any_more_is_remembered_as_ended_when_it_was(
    referrals: Referrals,
) -> None:
    await changed(referrals, 2, **left(3))
    await changed(referrals, 3, rolls=(on_roll(OTHER_SCHOOL),))
    kept = "SELECT school, ends, gone FROM roll WHERE gone"
    assert (await referrals.clone.rows(kept))[0]["ends"] == TODAY - timedelta(days=3)
    await referrals.is_stale()
    assert (await referrals.made())["roll_current"] is False


async def test_a_child_that_comes_back_is_simply_on_the_roll(referrals: Referrals) -> None:
    await changed(referrals, 2, rolls=())
    await changed(referrals, 3)
    assert (await referrals.made())["roll_current"] is True
    assert await referrals.clone.value("SELECT count(*) FROM roll") == 1


@pytest.mark.parametrize(
    "gone", [left(LEFT_DAYS), {"rolls": (on_roll(starts=TODAY + timedelta(days=1)),), "child_id": uuid4()}]
)
async def test_no_plain_no_is_said_from_an_old_roll(referrals: Referrals, gone: dict[str, Any]) -> None:
    other = child(**{"child_id": uuid4(), **gone})
    await referrals.keep(other)
    as_of = await referrals.is_stale()
    for asked in (other.child_id, uuid4()):
        response = await referrals.send(child_id=str(asked))
        assert (response.status_code, response.json()["detail"]) == (403, "not_current")
    assert [(f["outcome"], moment(f)) for f in await referrals.facts()] == [("not_current", as_of)] * 2


async def test_a_current_roll_says_a_plain_no(referrals: Referrals) -> None:
    response = await referrals.send(child_id=str(uuid4()))
    assert "detail" not in response.json()
    assert [fact["outcome"] for fact in await referrals.facts()] == ["not_on_roll"]


async def test_another_schools_child_is_not_taken_against_an_old_roll(referrals: Referrals) -> None:
    await referrals.is_stale()
    assert (await referrals.send(caller("lead", OTHER_SCHOOL))).status_code == 403


async def test_a_child_whose_newest_state_was_set_aside_is_taken_and_marked_until_it_heals(
    referrals: Referrals,
) -> None:
    doubt = projectors(service)[Child].doubt
    assert doubt is not None
    async with referrals.clone.db.transaction(Cause("referrals", uuid4())) as tx:
        await doubt(tx, [str(MIRA.child_id), "no uuid"])
    told = await referrals.made()
    assert (told["roll_as_of"], told["roll_current"]) == (None, False)
    await changed(referrals, 1)
    assert (await referrals.made())["roll_current"] is True


@pytest.mark.parametrize(
    "said",
    [
        {"doubtful": ("rolls",), "rolls": ()},
        {"doubtful": ("rolls",)},
        {"perhaps_rolls": (on_roll(starts=date(1, 1, 1)),), "rolls": ()},
    ],
)
async def test_a_concern_is_never_refused_because_the_councils_data_cannot_be_read(
    referrals: Referrals, said: dict[str, Any]
) -> None:
    other = Perhaps(**{**child().model_dump(), **said})
    await referrals.keep(other)
    told = await referrals.made(child_id=str(other.child_id))
    assert (told["roll_as_of"], told["roll_current"]) == (None, False)


async def test_a_name_that_cannot_be_read_makes_no_roll_doubtful(referrals: Referrals) -> None:
    other = Perhaps(**{**child().model_dump(), "given_name": "", "doubtful": ("given_name",)})
    await referrals.keep(other)
    assert (await referrals.made(child_id=str(other.child_id)))["roll_current"] is True


async def test_a_source_that_does_not_send_all_it_should_makes_no_roll_current(referrals: Referrals) -> None:
    await referrals.keep(Broken(revision=2, as_of=datetime.now(UTC)))
    assert (await referrals.made())["roll_current"] is False


def test_how_old_the_rolls_are_is_known_only_behind_all_that_was_said_of_them(referrals: Referrals) -> None:
    groups = {projection.state: projection.group for projection in service.projects}
    [freshness] = [projection for projection in service.projects if projection.state is Freshness]
    assert set(freshness.after) == {Child, Worker, Team}
    assert groups[Freshness] not in {groups[state] for state in freshness.after}


async def test_an_older_word_on_freshness_does_not_replace_a_newer_one(referrals: Referrals) -> None:
    now = datetime.now(UTC)
    await referrals.keep(Freshness(revision=3, as_of=now))
    await referrals.keep(Freshness(revision=2, as_of=now - timedelta(days=1)))
    assert (await referrals.made())["roll_current"] is True
