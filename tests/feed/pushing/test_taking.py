"""Batches of children, as the DfE's sender pushes them: what is kept, emitted and answered."""

from datetime import date

from shared.contracts import State
from shared.contracts.feed import Team, Worker
from tests.feed.pushing.world import FIRST, Known, PushFeed, person
from tests.feed.world import fresh


async def test_pushed_children_are_emitted_when_all_has_been_sent_and_not_before(pushed: PushFeed) -> None:
    await pushed.upload_roll(1)
    await pushed.give_lists()
    await pushed.push(person(1), person(2))
    await pushed.catch_up()
    assert [event for event in await pushed.emitted() if isinstance(event, State)] == []
    await pushed.complete()
    events = await pushed.emitted()
    assert [one.as_of for one in fresh(events)] == [FIRST]
    known = Known().hear(events)
    child = known.child("Mirela")
    assert (child.rolls[0].school, child.cases[0].starts, child.restricted) == ("990001", date(2025, 9, 1), False)
    worker = next(one for one in known.others if isinstance(one, Worker))
    team = next(one for one in known.others if isinstance(one, Team))
    assert child.allocations[0].worker_id in {one.worker_id for one in known.others if isinstance(one, Worker)}
    assert (worker.team_id, child.allocations[0].lead) == (team.team_id, True)


async def test_before_the_list_of_restricted_children_has_come_every_child_may_be_one(pushed: PushFeed) -> None:
    await pushed.upload_roll(1)
    await pushed.push(person(1))
    await pushed.complete()
    child = Known().hear(await pushed.emitted()).child("Mirela")
    assert (child.restricted, child.allocations) == (True, ())
