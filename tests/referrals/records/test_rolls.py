"""What is kept of rolls: the newest revision, those that a child left lately, and up to when they are complete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.referrals.app import service
from shared.clock import today
from shared.contracts.feed import Child, Freshness, Team, Worker
from tests.referrals.world import MIRA, OTHER_SCHOOL, Referrals, on_roll

TODAY = today(datetime.now(UTC))
ENDED = {"rolls": (on_roll(ends=TODAY - timedelta(days=3)),)}


async def test_an_older_revision_does_not_bring_a_roll_back(referrals: Referrals) -> None:
    await referrals.keep(MIRA.model_copy(update={"revision": 3, "ended": True}))
    await referrals.keep(MIRA.model_copy(update={"revision": 2}))
    assert (await referrals.send()).status_code == 403


async def test_a_roll_that_the_feed_leaves_out_is_remembered_with_the_day_on_which_it_ended(
    referrals: Referrals,
) -> None:
    await referrals.change(2, **ENDED)
    await referrals.change(3, rolls=(on_roll(OTHER_SCHOOL),))
    kept = "SELECT school, ends, gone FROM roll WHERE gone"
    assert (await referrals.clone.rows(kept))[0]["ends"] == TODAY - timedelta(days=3)
    await referrals.is_stale()
    assert (await referrals.made())["roll_current"] is False


async def test_a_child_that_comes_back_is_simply_on_the_roll(referrals: Referrals) -> None:
    await referrals.change(2, rolls=())
    await referrals.change(3)
    assert (await referrals.made())["roll_current"] is True
    assert await referrals.clone.value("SELECT count(*) FROM roll") == 1


def test_freshness_is_projected_only_after_the_states_that_it_speaks_of(referrals: Referrals) -> None:
    groups = {projection.state: projection.group for projection in service.projects}
    [freshness] = [projection for projection in service.projects if projection.state is Freshness]
    assert set(freshness.after) == {Child, Worker, Team}
    assert groups[Freshness] not in {groups[state] for state in freshness.after}


async def test_freshness_does_not_go_back(referrals: Referrals) -> None:
    now = datetime.now(UTC)
    await referrals.keep(Freshness(revision=3, as_of=now))
    await referrals.keep(Freshness(revision=2, as_of=now - timedelta(days=1)))
    assert (await referrals.made())["roll_current"] is True
