"""A state is emitted if it changed, in the transaction that keeps the rows; and how fresh all is comes after it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.feed.emitting import commands
from services.feed.emitting.domain import Emitted
from shared.contracts.feed import Child, Freshness, Team, Worker
from tests.feed.world import COUNCIL, NINE, WORLD, Feed, children, involvement, person, roll, team, worker


async def test_a_child_keeps_its_id_and_counts_its_revisions(feed: Feed) -> None:
    await feed.live()
    said: list[Child] = []
    for n in range(3):
        await feed.ingest(feed.tape.put(110 + n, *person(given=f"M{n}")))
        said += children(await feed.emitted())
    assert len({child.child_id for child in said}) == 1
    assert [child.revision for child in said] == [2, 3, 4]


async def test_a_deleted_person_ends_and_one_with_the_key_again_is_the_same_child(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.delete(110, "person", 1))
    [gone] = children(await feed.emitted())
    assert gone.ended
    await feed.ingest(feed.tape.put(120, *person(), op="c"))
    [back] = children(await feed.emitted())
    assert (back.child_id, back.ended) == (gone.child_id, False)
    assert back.revision > gone.revision


async def test_a_row_that_moves_to_another_person_changes_both(feed: Feed) -> None:
    await feed.live(*WORLD, person(2))
    await feed.ingest(feed.tape.put(110, *roll(about=2)))
    assert sorted(len(child.rolls) for child in children(await feed.emitted())) == [0, 1]


async def test_a_changed_worker_or_team_is_said_alone(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *worker(phone=None)), feed.tape.put(111, *team(name=" North  Team ")))
    said = await feed.emitted()
    assert [type(event) for event in said] == [Worker, Team]
    assert isinstance(said[1], Team)
    assert said[1].name == "North Team"


async def test_a_change_of_nothing_that_is_said_says_nothing(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *involvement()), feed.tape.put(111, *person(given=" Mirela ")))
    assert await feed.emitted() == []


async def test_freshness_waits_until_nothing_is_left_to_be_said(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *WORLD))
    await feed.ingest(feed.tape.beat(110, NINE + timedelta(seconds=1)))
    assert await feed.emitted() == []
    await feed.catch_up()
    fresh = [event for event in await feed.emitted() if isinstance(event, Freshness)]
    assert [event.as_of for event in fresh] == [NINE + timedelta(seconds=1)]
    await feed.ingest(
        feed.tape.beat(120, NINE + timedelta(seconds=2)), feed.tape.own_heartbeat(), feed.tape.bytes(None)
    )
    [next_] = await feed.emitted()
    assert isinstance(next_, Freshness)
    assert next_.revision == fresh[0].revision + 1


async def test_freshness_comes_after_what_it_covers(feed: Feed) -> None:
    await feed.live()
    beat = feed.tape.beat(110, NINE + timedelta(seconds=1))
    await feed.ingest(feed.tape.put(109, *person(given="Mirena")), beat)
    assert [type(event) for event in await feed.emitted()] == [Child, Freshness]


def test_other_rules_give_another_digest_of_the_same_state() -> None:
    before, state = Emitted(uuid4(), 1, None, False), Freshness(revision=0, as_of=NINE)
    first = commands._emission(COUNCIL.source.heartbeat, before, state, 1, derivation=4)
    second = commands._emission(COUNCIL.source.heartbeat, before, state, 1, derivation=5)
    assert first
    assert second
    assert first.digest != second.digest
