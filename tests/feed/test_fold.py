"""From raw changes to what is said, on a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.feed import commands
from services.feed.domain import EPOCH_BITS
from services.feed.projections import fold
from services.feed.sources import council
from services.feed.store import Said
from shared.contracts import Event
from shared.contracts.feed import Child, Freshness, Team, Worker
from tests.feed.tape import (
    WORLD,
    Feed,
    Tape,
    allocation,
    at_epoch,
    day,
    heartbeat,
    involvement,
    person,
    roll,
    team,
    worker,
)
from tests.support.until import until

WAITING = """
    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE datname = current_database() AND NOT granted)
"""
NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def children(said: list[Event]) -> list[Child]:
    return [event for event in said if isinstance(event, Child)]


async def test_a_snapshot_says_the_team_the_worker_and_the_child_and_then_how_fresh_they_are(feed: Feed) -> None:
    await feed.fold(feed.tape.snapshot(100, *WORLD))
    await commands.catch_up(feed.database.db, at_epoch(1))
    worker, team, child, fresh = await feed.heard()
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
    await feed.fold(feed.tape.snapshot(100, *WORLD, whole=False))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []


async def test_nothing_is_said_of_a_stream_without_a_snapshot(feed: Feed) -> None:
    await feed.fold([feed.tape.put(1, *row) for row in WORLD])
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []
    assert await feed.database.value("SELECT phase FROM cursor") == "missed"


async def test_the_first_streamed_change_ends_a_snapshot_whose_last_record_was_not_marked(feed: Feed) -> None:
    await feed.fold(feed.tape.snapshot(100, *WORLD, whole=False), feed.tape.beat(101, NINE))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert len(await feed.heard()) == 4


async def test_a_snapshot_cut_off_and_read_again_is_not_trusted_and_the_next_is_said_once_and_whole(
    feed: Feed,
) -> None:
    await feed.fold(feed.tape.snapshot(100, person(7), *WORLD, whole=False))
    await feed.fold(feed.tape.snapshot(130, *WORLD), feed.tape.beat(131, NINE))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []  # it was read on the slot of the first
    assert await feed.database.value("SELECT phase FROM cursor") == "missed"
    await feed.ask()
    await feed.fold(feed.tape.snapshot(160, *WORLD))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert len(await feed.heard()) == 4


async def test_a_snapshot_that_nobody_asked_for_is_not_trusted_after_a_whole_one_either(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.snapshot(130, person(given="Changed"), *WORLD[1:]), feed.tape.beat(131, NINE))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []
    assert await feed.database.value("SELECT phase FROM cursor") == "missed"


async def test_nor_is_the_third_of_a_connector_that_dies_again_and_again(feed: Feed) -> None:
    for lsn in (100, 130, 145):
        await feed.fold(feed.tape.snapshot(lsn, *WORLD, whole=lsn == 145))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []
    assert await feed.database.value("SELECT phase FROM cursor") == "missed"


async def test_a_new_snapshot_ends_those_whom_it_did_not_see_and_says_nothing_of_the_others(feed: Feed) -> None:
    await feed.live(*WORLD, person(2), roll(2, about=2))
    await feed.ask()
    await feed.fold(feed.tape.snapshot(200, *WORLD))
    await commands.catch_up(feed.database.db, at_epoch(1))
    [gone] = children(await feed.heard())
    assert gone.ended
    assert gone.given_name == ""
    assert gone.rolls == ()


async def test_a_change_in_the_stream_is_said_in_the_transaction_that_keeps_it(feed: Feed) -> None:
    await feed.live(*WORLD, worker(2, name="Tilde Fenwarren"))
    ended, begun = allocation(1, ends=day("2026-01-04")), allocation(2, worker=2)
    await feed.fold(feed.tape.put(110, *ended), feed.tape.put(111, *begun, op="c"))
    [child] = children(await feed.heard())
    assert len(child.allocations) == 1  # the one that is over does not leave the feed
    assert child.revision == (0 << EPOCH_BITS) + 2


async def test_a_child_keeps_its_id_and_counts_its_revisions(feed: Feed) -> None:
    await feed.live()
    said: list[Child] = []
    for n in range(3):
        await feed.fold(feed.tape.put(110 + n, *person(given=f"M{n}")))
        said += children(await feed.heard())
    assert len({child.child_id for child in said}) == 1
    assert [child.revision for child in said] == [2, 3, 4]


async def test_an_older_change_that_comes_again_changes_nothing(feed: Feed) -> None:
    await feed.live()
    first, second = feed.tape.put(110, *person(given="Mira")), feed.tape.put(120, *person(given="Mirena"))
    await feed.fold(first, second)
    await feed.heard()
    await feed.fold(first)
    assert await feed.heard() == []
    await feed.fold(first, second)
    assert await feed.heard() == []
    await feed.fold(feed.tape.put(130, *person(given="Mirenka")), first)
    assert [child.given_name for child in children(await feed.heard())] == ["Mirenka"]


async def test_the_snapshot_coming_again_after_the_stream_changes_nothing(feed: Feed) -> None:
    snapshot = feed.tape.snapshot(100, *WORLD)
    await feed.fold(snapshot)
    await commands.catch_up(feed.database.db, at_epoch(1))
    await feed.fold(feed.tape.put(110, *person(given="Mirena")))
    await feed.heard()
    await feed.fold(snapshot)
    assert await feed.heard() == []


async def test_a_transaction_that_began_before_the_snapshot_and_ended_after_it_counts(feed: Feed) -> None:
    await feed.live(lsn=100)
    await feed.fold(feed.tape.put(90, *person(given="Mirena")))
    [child] = children(await feed.heard())
    assert child.given_name == "Mirena"


async def test_what_was_streamed_before_a_new_snapshot_and_comes_again_after_it_does_not_count(feed: Feed) -> None:
    await feed.live()
    old = feed.tape.put(110, *person(given="Old"))
    await feed.fold(old)
    await feed.ask()
    await feed.fold(feed.tape.snapshot(200, person(given="New"), *WORLD[1:]))
    await commands.catch_up(feed.database.db, at_epoch(1))
    await feed.heard()
    await feed.fold(old)
    assert await feed.heard() == []


async def test_a_delete_carries_only_the_key_and_still_changes_the_child(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.delete(110, "allocation", 1))
    [child] = children(await feed.heard())
    assert child.allocations == ()
    assert child.cases


async def test_a_deleted_row_is_not_brought_back_by_an_older_change(feed: Feed) -> None:
    await feed.live()
    change = feed.tape.put(110, *allocation(is_lead=False))
    await feed.fold(change, feed.tape.delete(120, "allocation", 1))
    await feed.heard()
    await feed.fold(change)
    assert await feed.heard() == []


async def test_a_deleted_person_ends_and_one_with_the_key_again_is_the_same_child(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.delete(110, "person", 1))
    [gone] = children(await feed.heard())
    assert gone.ended
    await feed.fold(feed.tape.put(120, *person(), op="c"))
    [back] = children(await feed.heard())
    assert (back.child_id, back.ended) == (gone.child_id, False)
    assert back.revision > gone.revision


async def test_a_row_that_moves_to_another_person_changes_both(feed: Feed) -> None:
    await feed.live(*WORLD, person(2))
    await feed.fold(feed.tape.put(110, *roll(about=2)))
    assert sorted(len(child.rolls) for child in children(await feed.heard())) == [0, 1]


async def test_an_emptied_table_takes_its_rows_out(feed: Feed) -> None:
    await feed.live(*WORLD, person(2), allocation(2, about=2))
    await feed.fold(
        feed.tape.empty(110, "allocation"), feed.tape.put(111, *allocation(3, about=2, is_lead=False), op="c")
    )
    assert sorted(len(child.allocations) for child in children(await feed.heard())) == [0, 1]


async def test_a_value_left_out_as_unchanged_is_kept(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.put(110, *person(given="__debezium_unavailable_value", family="Alderfold")))
    [child] = children(await feed.heard())
    assert (child.given_name, child.family_name) == ("Mirela", "Alderfold")


async def test_a_changed_worker_or_team_is_said_alone(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.put(110, *worker(phone=None)), feed.tape.put(111, *team(name=" North  Team ")))
    said = await feed.heard()
    assert [type(event) for event in said] == [Worker, Team]
    assert isinstance(said[1], Team)
    assert said[1].name == "North Team"


async def test_a_change_of_nothing_that_is_said_says_nothing(feed: Feed) -> None:
    await feed.live()
    await feed.fold(feed.tape.put(110, *involvement()), feed.tape.put(111, *person(given=" Mirela ")))
    assert await feed.heard() == []


async def test_two_at_once_take_turns_so_that_the_log_has_the_revisions_in_order(feed: Feed) -> None:
    await feed.live()
    async with commands.transaction(feed.database.db) as tx:
        await fold(tx, [feed.tape.put(110, *person(given="First"))])
        second = asyncio.create_task(feed.fold(feed.tape.put(120, *roll(2, urn="990002"))))
        await until(lambda: feed.database.value(WAITING))
    await second
    said = children(await feed.heard())
    assert [(child.given_name, len(child.rolls), child.revision) for child in said] == [
        ("First", 1, 2),
        ("First", 2, 3),
    ]


async def test_freshness_waits_until_nothing_is_left_to_be_said(feed: Feed) -> None:
    await feed.fold(feed.tape.snapshot(100, *WORLD))
    await feed.fold(feed.tape.beat(110, NINE + timedelta(seconds=1)))
    assert await feed.heard() == []
    await commands.catch_up(feed.database.db, at_epoch(1))
    fresh = [event for event in await feed.heard() if isinstance(event, Freshness)]
    assert [event.as_of for event in fresh] == [NINE + timedelta(seconds=1)]
    await feed.fold(feed.tape.beat(120, NINE + timedelta(seconds=2)), feed.tape.own_heartbeat(), feed.tape.bytes(None))
    [next_] = await feed.heard()
    assert isinstance(next_, Freshness)
    assert next_.revision == fresh[0].revision + 1


async def test_freshness_comes_after_what_it_covers(feed: Feed) -> None:
    await feed.live()
    beat = feed.tape.beat(110, NINE + timedelta(seconds=1))
    await feed.fold(feed.tape.put(109, *person(given="Mirena")), beat)
    assert [type(event) for event in await feed.heard()] == [Child, Freshness]


async def test_catching_up_that_was_cut_off_goes_on_where_it_was(feed: Feed) -> None:
    await feed.fold(feed.tape.snapshot(100, *[person(n) for n in range(1, 1201)], heartbeat()))
    async with commands.transaction(feed.database.db) as tx:
        await commands.step(tx)
    async with commands.transaction(feed.database.db) as tx:
        await commands.step(tx)
    assert len(await feed.heard()) == commands.SAID_MAX
    await commands.catch_up(feed.database.db, at_epoch(1))
    said = await feed.heard()
    assert len(children(said)) == 1200 - commands.SAID_MAX
    assert isinstance(said[-1], Freshness)


async def test_a_raised_epoch_waits_for_a_snapshot_and_says_everything_anew_with_higher_revisions(feed: Feed) -> None:
    await commands.begin_again(feed.database.db, at_epoch(1))
    await feed.live()
    await commands.begin_again(feed.database.db, at_epoch(5))
    assert await feed.database.value("SELECT phase FROM cursor") == "missed"
    await feed.fold(feed.tape.beat(110, NINE))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []
    await feed.ask()
    await feed.fold(feed.tape.snapshot(50, *WORLD))  # another server: its log begins lower
    await commands.catch_up(feed.database.db, at_epoch(1))
    said = await feed.heard()
    assert len(said) == 4
    assert all(event.revision == (5 << EPOCH_BITS) + 1 for event in children(said))


async def test_the_same_epoch_and_rules_begin_nothing_again(feed: Feed) -> None:
    await commands.begin_again(feed.database.db, at_epoch(1))
    assert await feed.database.value("SELECT phase FROM cursor") == "waiting"
    await feed.live()
    await commands.begin_again(feed.database.db, at_epoch(1))
    await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []


YESTERDAYS = "UPDATE subject SET revision = revision + 1, digest = 'by other rules' WHERE kind = 'child'"


async def test_what_yesterdays_code_says_beside_this_one_is_said_again_by_todays_rules(feed: Feed) -> None:
    await commands.begin_again(feed.database.db, at_epoch(1))
    await feed.live(*WORLD, person(2))
    await feed.database.execute(f"{YESTERDAYS} AND key = 2")
    await commands.begin_again(feed.database.db, at_epoch(1))
    await feed.fold(feed.tape.beat(110, NINE + timedelta(seconds=1)))
    assert await feed.heard() == []  # nothing is fresh until that is done
    await commands.catch_up(feed.database.db, at_epoch(1))
    child, fresh = await feed.heard()
    assert (child.revision, type(fresh)) == ((1 << EPOCH_BITS) + 3, Freshness)
    await commands.begin_again(feed.database.db, at_epoch(1))
    assert not await feed.database.value("SELECT EXISTS (SELECT FROM dirty)")


async def test_what_was_said_by_rules_of_then_is_looked_at_once_where_it_is_the_same(feed: Feed) -> None:
    await commands.begin_again(feed.database.db, at_epoch(1))
    await feed.live()
    await feed.database.execute("UPDATE subject SET derived_revision = NULL")  # as after the migration
    for dirty in (True, False):
        await commands.begin_again(feed.database.db, at_epoch(1))
        assert await feed.database.value("SELECT EXISTS (SELECT FROM dirty)") is dirty
        await commands.catch_up(feed.database.db, at_epoch(1))
    assert await feed.heard() == []


def test_other_rules_give_another_digest_of_the_same_state(monkeypatch: pytest.MonkeyPatch) -> None:
    before, state = Said(uuid4(), 1, None, False), Freshness(revision=0, as_of=NINE)
    first = commands._saying(commands.HEARTBEAT, before, state, 1)
    monkeypatch.setattr(council, "DERIVATION", council.DERIVATION + 1)
    second = commands._saying(commands.HEARTBEAT, before, state, 1)
    assert first
    assert second
    assert first.digest != second.digest


async def test_the_long_ended_get_a_tombstone_once_and_deleted_rows_go(feed: Feed, tape: Tape) -> None:
    await feed.live()
    await feed.fold(tape.delete(110, "person", 1))
    await feed.database.execute("UPDATE subject SET ended_at = ended_at - interval '31 days'")
    await feed.database.execute("UPDATE mirror SET deleted_at = deleted_at - interval '8 days'")
    await feed.database.execute("DELETE FROM outbox")
    await commands.forget(feed.database.db, at_epoch(1))
    await commands.forget(feed.database.db, at_epoch(1))
    rows = await feed.database.rows("SELECT topic, body FROM outbox")
    assert rows == [{"topic": Child.topic, "body": None}]
    assert await feed.database.value("SELECT count(*) FROM mirror WHERE source_table = 'person'") == 0
