"""From raw changes to what is emitted, on a real database."""

from __future__ import annotations

import asyncio
from datetime import date

from services.feed.mirror.projections import ingest_from
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.revisions import EPOCH_BITS
from tests.feed.world import COUNCIL, NINE, WORLD, Feed, allocation, children, day, person, roll, worker
from tests.support.until import until

WAITING = """
    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE datname = current_database() AND NOT granted)
"""


async def test_a_snapshot_says_the_team_the_worker_and_the_child_and_then_how_fresh_they_are(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *WORLD))
    await feed.catch_up()
    worker, team, child, fresh = await feed.emitted()
    assert isinstance(worker, Worker)
    assert isinstance(team, Team)
    assert isinstance(child, Child)
    assert isinstance(fresh, Freshness)
    assert fresh.as_of == NINE
    assert worker.team_id == team.team_id == child.cases[0].team_id
    assert child.allocations[0].worker_id == worker.worker_id
    assert child.allocations[0].lead
    assert (child.given_name, child.born, child.rolls[0].school) == ("Mirela", date(2014, 3, 5), "990001")


async def test_nothing_is_said_before_the_snapshot_is_whole(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *WORLD, whole=False))
    await feed.catch_up()
    assert await feed.emitted() == []


async def test_nothing_is_said_of_a_stream_without_a_snapshot(feed: Feed) -> None:
    await feed.ingest([feed.tape.put(1, *row) for row in WORLD])
    await feed.catch_up()
    assert await feed.emitted() == []
    assert await feed.phase() == "missed"


async def test_the_first_streamed_change_ends_a_snapshot_whose_last_record_was_not_marked(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *WORLD, whole=False), feed.tape.beat(101, NINE))
    await feed.catch_up()
    assert len(await feed.emitted()) == 4


async def test_a_snapshot_cut_off_and_read_again_is_not_trusted_and_the_next_is_said_once_and_whole(
    feed: Feed,
) -> None:
    await feed.ingest(feed.tape.snapshot(100, person(7), *WORLD, whole=False))
    await feed.ingest(feed.tape.snapshot(130, *WORLD), feed.tape.beat(131, NINE))
    await feed.catch_up()
    assert await feed.emitted() == []  # it was read on the slot of the first
    assert await feed.phase() == "missed"
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(160, *WORLD))
    await feed.catch_up()
    assert len(await feed.emitted()) == 4


async def test_a_snapshot_that_nobody_asked_for_is_not_trusted_after_a_whole_one_either(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.snapshot(130, person(given="Changed"), *WORLD[1:]), feed.tape.beat(131, NINE))
    await feed.catch_up()
    assert await feed.emitted() == []
    assert await feed.phase() == "missed"


async def test_nor_is_the_third_of_a_connector_that_dies_again_and_again(feed: Feed) -> None:
    for lsn in (100, 130, 145):
        await feed.ingest(feed.tape.snapshot(lsn, *WORLD, whole=lsn == 145))
    await feed.catch_up()
    assert await feed.emitted() == []
    assert await feed.phase() == "missed"


async def test_a_change_in_the_stream_is_said_in_the_transaction_that_keeps_it(feed: Feed) -> None:
    await feed.live(*WORLD, worker(2, name="Tilde Fenwarren"))
    ended, begun = allocation(1, ends=day("2026-01-04")), allocation(2, worker=2)
    await feed.ingest(feed.tape.put(110, *ended), feed.tape.put(111, *begun, op="c"))
    [child] = children(await feed.emitted())
    assert len(child.allocations) == 1  # the one that is over does not leave the feed
    assert child.revision == (0 << EPOCH_BITS) + 2


async def test_an_older_change_that_comes_again_changes_nothing(feed: Feed) -> None:
    await feed.live()
    first, second = feed.tape.put(110, *person(given="Mira")), feed.tape.put(120, *person(given="Mirena"))
    await feed.ingest(first, second)
    await feed.emitted()
    await feed.ingest(first)
    assert await feed.emitted() == []
    await feed.ingest(first, second)
    assert await feed.emitted() == []
    await feed.ingest(feed.tape.put(130, *person(given="Mirenka")), first)
    assert [child.given_name for child in children(await feed.emitted())] == ["Mirenka"]


async def test_the_snapshot_coming_again_after_the_stream_changes_nothing(feed: Feed) -> None:
    snapshot = feed.tape.snapshot(100, *WORLD)
    await feed.ingest(snapshot)
    await feed.catch_up()
    await feed.ingest(feed.tape.put(110, *person(given="Mirena")))
    await feed.emitted()
    await feed.ingest(snapshot)
    assert await feed.emitted() == []


async def test_a_transaction_that_began_before_the_snapshot_and_ended_after_it_counts(feed: Feed) -> None:
    await feed.live(lsn=100)
    await feed.ingest(feed.tape.put(90, *person(given="Mirena")))
    [child] = children(await feed.emitted())
    assert child.given_name == "Mirena"


async def test_what_was_streamed_before_a_new_snapshot_and_comes_again_after_it_does_not_count(feed: Feed) -> None:
    await feed.live()
    old = feed.tape.put(110, *person(given="Old"))
    await feed.ingest(old)
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, person(given="New"), *WORLD[1:]))
    await feed.catch_up()
    await feed.emitted()
    await feed.ingest(old)
    assert await feed.emitted() == []


async def test_a_delete_carries_only_the_key_and_still_changes_the_child(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.delete(110, "allocation", 1))
    [child] = children(await feed.emitted())
    assert child.allocations == ()
    assert child.cases


async def test_a_deleted_row_is_not_brought_back_by_an_older_change(feed: Feed) -> None:
    await feed.live()
    change = feed.tape.put(110, *allocation(is_lead=False))
    await feed.ingest(change, feed.tape.delete(120, "allocation", 1))
    await feed.emitted()
    await feed.ingest(change)
    assert await feed.emitted() == []


async def test_an_emptied_table_takes_its_rows_out(feed: Feed) -> None:
    await feed.live(*WORLD, person(2), allocation(2, about=2))
    await feed.ingest(
        feed.tape.empty(110, "allocation"), feed.tape.put(111, *allocation(3, about=2, is_lead=False), op="c")
    )
    assert sorted(len(child.allocations) for child in children(await feed.emitted())) == [0, 1]


async def test_a_value_left_out_as_unchanged_is_kept(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.put(110, *person(given="__debezium_unavailable_value", family="Alderfold")))
    [child] = children(await feed.emitted())
    assert (child.given_name, child.family_name) == ("Mirela", "Alderfold")


async def test_two_at_once_take_turns_so_that_the_log_has_the_revisions_in_order(feed: Feed) -> None:
    await feed.live()
    async with feed.database.db.by_itself("catch_up") as tx:
        await ingest_from(COUNCIL, tx, [feed.tape.put(110, *person(given="First"))])
        second = asyncio.create_task(feed.ingest(feed.tape.put(120, *roll(2, urn="990002"))))
        await until(lambda: feed.database.value(WAITING))
    await second
    said = children(await feed.emitted())
    assert [(child.given_name, len(child.rolls), child.revision) for child in said] == [
        ("First", 1, 2),
        ("First", 2, 3),
    ]
