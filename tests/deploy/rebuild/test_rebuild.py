"""A rebuild: the same tables with what Kafka holds, nothing lost, and nothing touched before the swap."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest

from deploy.operate import databases
from deploy.operate.rebuild import beside
from deploy.operate.rebuild.filling import first_of_keys
from deploy.operate.rebuild.sharing import dealt
from deploy.trouble import Trouble
from services.lookup.app import service
from services.lookup.records.projections import TABLES
from shared.contracts.feed import Child, Freshness
from shared.log.record import Bus, Record
from tests.deploy.rebuild.load import load
from tests.deploy.rebuild.world import Council, Known, record
from tests.lookup.world import TEAM, WORKER, allocated, case, child
from tests.support.until import until

SHAPES = """
SELECT c.relname, c.relkind, c.reloptions, c.relacl::text, c.relowner::regrole::text AS owner, c.relpersistence,
       CASE c.relkind WHEN 'i' THEN pg_get_indexdef(c.oid) END AS index,
       (SELECT array_agg(format('%s %s %s %s', attname, format_type(atttypid, atttypmod), attnotnull,
                                pg_get_expr(adbin, adrelid)) ORDER BY attnum)
          FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
       (SELECT array_agg(format('%s %s', conname, pg_get_constraintdef(oid)) ORDER BY conname)
          FROM pg_constraint WHERE conrelid = c.oid) AS constraints,
       (SELECT array_agg(tgname) FROM pg_trigger WHERE tgrelid = c.oid) AS triggers
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
BESIDE = "SELECT count(*) FROM pg_namespace WHERE starts_with(nspname, 'rebuilt_')"


async def test_it_makes_the_same_tables_with_the_same_rows(council: Council) -> None:
    more = child(upn=None, cases=(case(),), allocations=(allocated(),)), child(doubtful=("upn",), perhaps_rolls=())
    await council.emit(TEAM, WORKER, *more)
    await council.beat()
    await council.work()
    rows, shapes = await council.rows(), await council.lookup.clone.rows(SHAPES)
    assert all(rows.values()), "every table has a row"
    await council.rebuild()
    assert (await council.rows(), await council.lookup.clone.rows(SHAPES)) == (rows, shapes)
    assert await council.lookup.clone.value(BESIDE) == 0
    assert await council.shown(council.children[0]) == 0


async def test_several_processes_make_what_one_makes(council: Council) -> None:
    """Of keys that come again, of one that is forgotten, of those whose newest or only record cannot be kept."""
    twice, older, forgotten, broken = council.children[:4]
    known = child(upn=None)
    await council.lookup.keep(known)
    await council.log.append([replace(record(known.model_copy(update={"revision": 2})), value=b"no JSON")])
    await council.emit(child(upn=None, given_name="No\x00name"))
    await council.work()
    await council.change(twice)
    await council.emit(older.state().model_copy(update={"revision": 7, "given_name": "Newest"}), older.state(), TEAM)
    bad = broken.state().model_copy(update={"revision": 2, "given_name": "No\x00name"})
    await council.emit(bad, *(child(upn=None, rolls=(), doubtful=("born",)) for _ in range(8)))
    await council.log.append([Record(Child.topic, str(forgotten.child_id).encode(), None)])
    await council.beat()
    await until(council.kept_newest)
    rows = await council.rows()
    assert len(rows["child"]) == len(council.children) + 8
    doubtful = {row["child_id"] for row in await council.lookup.clone.rows("SELECT child_id FROM child WHERE doubtful")}
    assert doubtful == {broken.child_id, known.child_id}
    done = await council.rebuild(**council.apart(2))
    assert await council.rows() == rows
    assert done.records >= 25


async def test_when_one_of_several_processes_ends_early_nothing_is_changed(council: Council) -> None:
    await council.work()
    rows = await council.rows()
    with pytest.raises(Trouble, match="One of the processes that read Kafka has ended: nothing was changed"):
        await council.rebuild(**(council.apart(2) | {"another_bus": ends_at_once}))
    assert (await council.rows(), await council.lookup.clone.value(BESIDE)) == (rows, 0)


def ends_at_once() -> Bus:
    """In the process that is to read with it."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_partitions_are_dealt_so_that_each_process_has_about_as_much_to_read() -> None:
    ends = {("a", 0): 50, ("a", 1): 40, ("a", 2): 30, ("b", 0): 1}
    parts = dealt(ends, 2, enough=10)
    assert sorted(sum(part.values()) for part in parts) == [51, 70]
    assert parts[0] | parts[1] == ends
    assert dealt(ends, 8, enough=100) == [ends]


async def test_what_was_wrong_in_the_tables_is_as_kafka_has_it(council: Council) -> None:
    await council.work()
    rows = await council.rows()
    await council.lookup.clone.execute("DELETE FROM roll")
    await council.lookup.clone.execute("UPDATE child SET given_name = 'Another'")
    await council.rebuild()
    assert await council.rows() == rows


async def test_no_search_fails_and_none_is_stale_while_tables_are_swapped(council: Council) -> None:
    await council.work()
    async with load(council, searchers=2) as seen:
        for _ in range(3):
            before = seen.changed
            await council.rebuild_elsewhere()
            await until(lambda: _count(seen.changed), lambda count, before=before: count > before + 2)  # type: ignore[misc]
    assert (seen.failed, seen.stale) == ([], [])
    assert seen.asked > 100


async def _count(number: int) -> int:
    return number


async def test_what_is_emitted_while_it_reads_is_in_the_tables_that_it_puts_in_place(council: Council) -> None:
    """No worker runs: what the new tables hold, the rebuild has read. A freshness is kept with all that came before it,
    also when both come between its reading of the one and of the other."""
    bus, changing = council.bus(), council.children[0]

    async def more(topic: str) -> None:
        if topic in (Child.topic, Freshness.topic):
            await council.change(changing)
            await council.beat()

    bus.before_read = more
    await council.rebuild(bus)
    kept = await council.lookup.clone.value("SELECT max(revision) FROM freshness")
    shown = await council.shown(changing)
    assert isinstance(kept, int)
    assert 2 < kept <= shown + 1  # the nth beat follows the child's nth state


@pytest.mark.parametrize("look", [3, 4], ids=["before the worker waits", "after the last look"])
async def test_what_the_worker_gets_after_the_rebuild_has_looked_is_kept_in_the_tables_that_are_put_in_place(
    council: Council, look: int
) -> None:
    """The rebuild has seen where the log ends; then one more comes, and the worker is quicker than the swap. It looks
    for its progress, after the first reading, before the worker is made to wait, and then for the last time."""
    await council.work()
    bus, changing, looked = council.bus(), council.children[0], 0
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    async def one_more(topics: Sequence[str]) -> None:
        nonlocal looked
        looked += Child.topic in topics
        if Child.topic in topics and looked == look:
            await council.change(changing)
            await until(lambda: _kept_or(council, changing, waiting))

    bus.after_ends = one_more
    await council.rebuild(bus)
    assert (looked, changing.changes) == (4, 1)
    await until(lambda: council.shown(changing), lambda shown: shown == changing.changes, within_s=5)


async def _kept_or(council: Council, changing: Known, waiting: str) -> bool:
    kept = await council.lookup.clone.value("SELECT revision FROM child WHERE child_id = $1", changing.child_id)
    return kept == changing.changes + 1 or bool(await council.lookup.clone.value(waiting))


async def test_two_at_once_are_refused_in_words(council: Council) -> None:
    async with databases.connected(council.lookup.clone.owner_dsn) as other:
        assert await beside.alone(other)
        with pytest.raises(Trouble, match="Somebody is rebuilding lookup already"):
            await council.rebuild()
    await council.rebuild()


async def test_what_kafka_does_not_know_is_not_lost_unless_that_is_said(council: Council) -> None:
    await council.work()
    await council.lookup.keep(child(upn=None), *(replace_revision(council, 0, 9),))
    rows = await council.rows()
    with pytest.raises(Trouble, match="Kafka does not hold what lookup knows of 2 children"):
        await council.rebuild()
    assert await council.rows() == rows
    assert await council.lookup.clone.value(BESIDE) == 0
    await council.rebuild(as_kafka_has_it=True)
    assert len((await council.rows())["child"]) == len(council.children)


def replace_revision(council: Council, index: int, revision: int) -> Child:
    return council.children[index].state().model_copy(update={"revision": revision})


async def test_of_whom_the_newest_record_cannot_be_kept_what_was_known_stays_in_doubt(council: Council) -> None:
    """Compaction has left only that record."""
    mira = child(upn=None)
    await council.lookup.keep(mira)
    await council.log.append([replace(record(mira.model_copy(update={"revision": 2})), value=b"no JSON")])
    await council.beat()
    await council.work()
    known = "SELECT doubtful FROM child JOIN roll USING (child_id) WHERE child_id = $1"
    assert await until(lambda: council.lookup.clone.value(known, mira.child_id), within_s=15)
    await council.rebuild()
    assert await council.lookup.clone.value(known, mira.child_id) is True
    assert len((await council.rows())["child"]) == len(council.children) + 1


async def test_a_database_that_is_migrated_meanwhile_keeps_its_tables(council: Council) -> None:
    await council.work()
    rows = await council.rows()
    bus = council.bus()

    async def migrated(topic: str) -> None:
        sql = "INSERT INTO migration (name, sha256) VALUES ('lookup/9999', '') ON CONFLICT DO NOTHING"
        await council.lookup.clone.execute(sql)

    bus.before_read = migrated
    with pytest.raises(Trouble, match="was migrated meanwhile"):
        await council.rebuild(bus)
    assert await council.rows() == rows


async def test_it_waits_for_whoever_reads_for_long_and_searches_go_on(council: Council) -> None:
    await council.work()
    async with databases.connected(council.lookup.clone.owner_dsn) as reader, load(council, searchers=2) as seen:
        reading = reader.transaction()
        await reading.start()
        await reader.execute("SELECT FROM roll")
        rebuilding = asyncio.create_task(council.rebuild())
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        await until(lambda: council.lookup.clone.value(waits))
        asked = seen.asked
        await until(lambda: _count(seen.asked), lambda count: count > asked + 50)
        assert not rebuilding.done()
        await reading.rollback()
        assert (await rebuilding).searches_waited_s < 1
    assert (seen.failed, seen.stale) == ([], [])


@pytest.mark.parametrize("moment", ["Making the indexes", "swapped"])
async def test_one_that_is_killed_leaves_the_tables_as_they_are_and_the_next_begins_cleanly(
    council: Council, moment: str
) -> None:
    await council.emit(child(upn=None))  # the live tables do not have it
    await council.lookup.keep(*(one.state() for one in council.children))
    rows = await council.rows()
    words = "-m", "tests.deploy.rebuild.killed", council.lookup.clone.owner_dsn, council.servers, council.prefix, moment
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await process.wait() == -signal.SIGKILL
    assert await until(lambda: council.lookup.clone.value(BESIDE)), "it had begun"
    assert await council.rows() == rows
    await council.rebuild()
    assert await council.lookup.clone.value(BESIDE) == 0
    assert len((await council.rows())["child"]) == len(rows["child"]) + 1


async def test_a_key_that_comes_twice_is_kept_as_it_was_said_last(council: Council) -> None:
    """Also where a record that says less comes after one that says more, and where it is forgotten in the end."""
    twice, older, forgotten = council.children[:3]
    await council.change(twice)
    await council.emit(older.state().model_copy(update={"revision": 7, "given_name": "Newest"}), older.state())
    await council.log.append([Record(Child.topic, str(forgotten.child_id).encode(), None)])
    await council.rebuild()
    kept = {row["child_id"]: row["given_name"] for row in await council.lookup.clone.rows("SELECT * FROM child")}
    assert (kept[twice.child_id], kept[older.child_id]) == (twice.state().given_name, "Newest")
    assert forgotten.child_id not in kept
    assert await council.lookup.clone.value("SELECT count(*) FROM roll") == len(kept)


def test_of_each_key_only_the_first_record_goes_through_empty_tables() -> None:
    """There nothing is compared: what went through them twice would be there twice."""
    one, other = record(child()), record(child())
    forgotten, seen = Record(Child.topic, b"a key", None), set[int]()
    assert first_of_keys([one, other, one, forgotten], seen) == ([one, other], [one, forgotten])
    assert first_of_keys([other], seen) == ([], [other])


def test_every_state_that_lookup_keeps_of_the_feed_is_rebuilt() -> None:
    assert set(TABLES) == {one.state for one in service.projects}
