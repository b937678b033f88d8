"""After a snapshot, a raised epoch or yesterday's code: everybody who may stand otherwise is looked at again."""

from __future__ import annotations

from datetime import timedelta

from services.feed.catching_up import commands
from services.feed.settings import Settings
from shared.contracts.feed import Child, Freshness
from shared.revisions import EPOCH_BITS
from tests.feed.world import NINE, WORLD, Feed, Tape, children, heartbeat, person, roll


async def test_a_new_snapshot_ends_those_whom_it_did_not_see_and_says_nothing_of_the_others(feed: Feed) -> None:
    await feed.live(*WORLD, person(2), roll(2, about=2))
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(200, *WORLD))
    await feed.catch_up()
    [gone] = children(await feed.emitted())
    assert gone.ended
    assert gone.given_name == ""
    assert gone.rolls == ()


async def test_catching_up_that_was_cut_off_goes_on_where_it_was(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *[person(n) for n in range(1, 1201)], heartbeat()))
    async with feed.database.db.by_itself("catch_up") as tx:
        await commands.step(tx, feed.chosen)
    async with feed.database.db.by_itself("catch_up") as tx:
        await commands.step(tx, feed.chosen)
    assert len(await feed.emitted()) == commands.EMITTED_MAX
    await feed.catch_up()
    said = await feed.emitted()
    assert len(children(said)) == 1200 - commands.EMITTED_MAX
    assert isinstance(said[-1], Freshness)


async def test_a_raised_epoch_waits_for_a_snapshot_and_says_everything_anew_with_higher_revisions(feed: Feed) -> None:
    await feed.begin_again(1)
    await feed.live()
    await feed.begin_again(5)
    assert await feed.phase() == "missed"
    await feed.ingest(feed.tape.beat(110, NINE))
    await feed.catch_up()
    assert await feed.emitted() == []
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(50, *WORLD))  # another server: its log begins lower
    await feed.catch_up()
    said = await feed.emitted()
    assert len(said) == 4
    assert all(event.revision == (5 << EPOCH_BITS) + 1 for event in children(said))


async def test_the_same_epoch_and_rules_begin_nothing_again(feed: Feed) -> None:
    await feed.begin_again(1)
    assert await feed.phase() == "waiting"
    await feed.live()
    await feed.begin_again(1)
    await feed.catch_up()
    assert await feed.emitted() == []


YESTERDAYS = "UPDATE subject SET revision = revision + 1, digest = 'by other rules' WHERE kind = 'child'"


async def test_what_yesterdays_code_says_beside_this_one_is_said_again_by_todays_rules(feed: Feed) -> None:
    await feed.begin_again(1)
    await feed.live(*WORLD, person(2))
    await feed.database.execute(f"{YESTERDAYS} AND key = '2'")
    await feed.begin_again(1)
    await feed.ingest(feed.tape.beat(110, NINE + timedelta(seconds=1)))
    assert await feed.emitted() == []  # nothing is fresh until that is done
    await feed.catch_up()
    child, fresh = await feed.emitted()
    assert (child.revision, type(fresh)) == ((1 << EPOCH_BITS) + 3, Freshness)
    await feed.begin_again(1)
    assert not await feed.database.value("SELECT EXISTS (SELECT FROM dirty)")


async def test_what_was_said_by_rules_of_then_is_looked_at_once_where_it_is_the_same(feed: Feed) -> None:
    await feed.begin_again(1)
    await feed.live()
    await feed.database.execute("UPDATE subject SET derived_revision = NULL")  # as after the migration
    for dirty in (True, False):
        await feed.begin_again(1)
        assert await feed.database.value("SELECT EXISTS (SELECT FROM dirty)") is dirty
        await feed.catch_up()
    assert await feed.emitted() == []


async def test_the_long_ended_get_a_tombstone_once_and_deleted_rows_go(feed: Feed, tape: Tape) -> None:
    await feed.live()
    await feed.ingest(tape.delete(110, "person", 1))
    await feed.database.execute("UPDATE subject SET ended_at = ended_at - interval '31 days'")
    await feed.database.execute("UPDATE mirror SET deleted_at = deleted_at - interval '8 days'")
    await feed.database.execute("DELETE FROM outbox")
    await commands.forget(feed.database.db, Settings())
    await commands.forget(feed.database.db, Settings())
    rows = await feed.database.rows("SELECT topic, body FROM outbox")
    assert rows == [{"topic": Child.topic, "body": None}]
    assert await feed.database.value("SELECT count(*) FROM mirror WHERE source_table = 'person'") == 0
