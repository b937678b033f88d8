"""Drift: whoever lookup keeps otherwise than the source means is listed, nobody else is, and all of it is put right.

A source, a feed and a lookup, each on a database of its own; what would go through Connect and Kafka is handed on here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.operate import databases
from deploy.operate.drift import checking, reading
from deploy.operate.drift.differing import ROWS, Difference, in_order
from deploy.operate.drift.looking import ComparedPlaces, look
from deploy.operate.drift.metrics import metrics
from deploy.trouble import Trouble
from services.feed.catching_up.commands import put_right
from services.feed.catching_up.domain import NotLive, Standing
from services.feed.emitting.domain import STATES
from services.feed.source import Subject
from services.feed.ways.capture import direct
from services.lookup.app import service as lookup
from shared.contracts import State
from shared.database.tx import Cause
from tests.feed.world import COUNCIL, Feed, Tape, person
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.projecting import project, projectors
from tests.support.source import CAPTURE_PASSWORD, Source, source

pytestmark = pytest.mark.engines
CHILDREN = 160


@dataclass
class World:
    """The three, and what was planted: whom something is to be found of."""

    source: Source
    feed: Feed
    lookup: Clone

    @property
    def places(self) -> ComparedPlaces:
        captured = databases.at(self.source.dsn, self.source.name, "portal_capture", CAPTURE_PASSWORD)
        return ComparedPlaces(captured, self.feed.database.dsn, self.lookup.dsn)

    async def filled(self) -> None:
        """The feed reads the source as it is, as a snapshot of it would come, and lookup follows."""
        tables = COUNCIL.source.tables
        rows = []
        async with databases.connected(self.source.dsn) as connection:
            for name, table in tables.items():
                bodies = [json.loads(row["body"]) for row in await connection.fetch(direct.statement(name, table))]
                rows += [(name, body) for body in bodies]
        await self.feed.ingest(self.feed.tape.snapshot(100, *rows))
        await self.feed.catch_up()
        await self.follow()
        await self.lookup.execute("UPDATE freshness SET as_of = now() + interval '1 hour'")

    async def follow(self) -> None:
        """Lookup keeps all that the feed has emitted, tombstones too."""
        said = await self.feed.database.rows("WITH s AS (DELETE FROM outbox RETURNING *) SELECT * FROM s ORDER BY seq")
        for kind in STATES.values():
            bodies = [one["body"] for one in said if one["topic"] == kind.topic and one["body"] is not None]
            newest: dict[str, State] = {}
            for body in bodies:
                assert isinstance(body, bytes)
                one = kind.model_validate_json(body)
                newest[one.key] = one
            await project(lookup, self.lookup, *newest.values())
            gone = [str(one["key"]) for one in said if one["topic"] == kind.topic and one["body"] is None]
            async with self.lookup.db.transaction(Cause("lookup", uuid4())) as tx:
                await projectors(lookup)[kind].forget(tx, gone)

    async def found(self, repair: bool = False) -> list[Difference]:
        return (await look(self.places, repair)).differences


@pytest.fixture
async def world(engines: Engines, database: Callable[..., Awaitable[Clone]]) -> AsyncIterator[World]:
    async with source(engines.postgres, children=CHILDREN) as made:
        one = World(made, Feed(await database("feed"), Tape()), await database("lookup"))
        await one.filled()
        yield one


async def key_of(world: World, id: UUID) -> str:
    return str(await world.feed.database.value("SELECT key FROM subject WHERE id = $1", id))


IN_LOOKUP = {
    "given_name": (24, "UPDATE child SET given_name = 'Somebody' WHERE child_id = $1"),
    "roll": (12, "UPDATE roll SET school = '999999' WHERE child_id = $1"),
    "allocation": (10, "DELETE FROM allocation WHERE child_id = $1"),
    "open_case": (8, "UPDATE open_case SET team_id = gen_random_uuid() WHERE child_id = $1"),
    "missing": (6, "DELETE FROM child WHERE child_id = $1"),
    "restricted": (5, "UPDATE child SET restricted = NOT restricted WHERE child_id = $1"),
    "doubtful": (5, "UPDATE child SET doubtful = true WHERE child_id = $1"),
    "unread": (5, "UPDATE child SET unread = '{born}' WHERE child_id = $1"),
}
"""What is done to how many children in lookup, by the part that then differs."""
CANDIDATES = """
SELECT child_id FROM child WHERE unread = '{}' AND NOT ended
   AND child_id IN (SELECT child_id FROM %s WHERE ends IS NULL) AND child_id <> ALL($1::uuid[]) ORDER BY 1
"""
"""Children of whom a table has something that goes on, but for those who are taken already."""


async def some(world: World, table: str, count: int, taken: list[UUID]) -> list[UUID]:
    found = [row["child_id"] for row in await world.lookup.rows(CANDIDATES % table, taken)][:count]
    taken += [id for id in found if isinstance(id, UUID)]
    return taken[-count:]


async def planted(world: World) -> set[tuple[str, str | None, str]]:
    """A hundred of whom lookup keeps something else: harmed there, or changed in the source without the feed."""
    taken: list[UUID] = []
    done: set[tuple[str, str | None, str]] = set()
    for part, (count, sql) in sorted(IN_LOOKUP.items(), key=lambda one: one[0] not in ROWS):
        for id in await some(world, part if part in ROWS else "roll", count, taken):
            await world.lookup.execute(sql, id)
            done.add(("child", await key_of(world, id), part))
    for kind, sql in (("worker", "phone = '1'"), ("team", "phone = '2'")):
        [row] = await world.lookup.rows(f"SELECT {kind}_id AS id FROM {kind} ORDER BY 1 LIMIT 1")
        assert isinstance(row["id"], UUID)
        await world.lookup.execute(f"UPDATE {kind} SET {sql} WHERE {kind}_id = $1", row["id"])
        done.add((kind, await key_of(world, row["id"]), "phone"))
    await world.lookup.execute(
        "INSERT INTO child SELECT gen_random_uuid(), 'No', 'Body', '2015-01-01', false, false, 1 FROM"
        " generate_series(1, 5)"
    )
    done |= await changed_unseen(world, [await key_of(world, id) for id in await some(world, "roll", 13, taken)])
    return done


async def changed_unseen(world: World, keys: list[str]) -> set[tuple[str, str | None, str]]:
    """The source changes, and no record of it ever comes."""
    born, gone = keys[:8], keys[8:]
    numbers = [int(key) for key in born]
    await world.source.execute("UPDATE person SET family = family || '-Changed' WHERE id = ANY($1)", numbers)
    await world.source.execute("DELETE FROM person WHERE id = ANY($1)", [int(key) for key in gone])
    await world.source.execute(
        "INSERT INTO person (id, given, family, born) SELECT 90000 + n, 'New', 'Child', '2016-02-03'"
        " FROM generate_series(1, 5) AS n"
    )
    found: set[tuple[str, str | None, str]] = {("child", key, "family_name") for key in born}
    found |= {("child", key, "left_behind") for key in gone}
    return found | {("child", str(90000 + n), "missing") for n in range(1, 6)}


async def test_a_hundred_that_differ_are_listed_nobody_else_is_and_all_are_put_right(world: World) -> None:
    assert await world.found() == []
    wanted = await planted(world)
    found = await world.found()
    assert len(found) == len(set(found))
    strangers = [one for one in found if one.part == "unknown"]
    listed = {(one.kind, one.key, one.part) for one in found if one.part != "unknown"}
    also = {("child", key, "roll") for _, key, part in wanted if part == "family_name"}  # it carries the name's key
    assert listed - also == wanted
    assert len({(kind, key) for kind, key, _ in listed}) + len(strangers) == 100
    assert len(strangers) == 5
    await world.found(repair=True)
    await world.follow()
    assert await world.found() == []
    assert metrics.differences.labels("child", "missing")._value.get() == 0


async def test_everybody_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 7)
    staff = await world.feed.database.value("SELECT count(*) FROM subject WHERE kind IN ('worker', 'team')")
    assert (await look(world.places)).looked_at == CHILDREN + int(str(staff))


async def test_whoever_changes_while_it_looks_is_no_drift(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lookup is behind for everybody who changes here; each time that one is looked at, it has changed again."""
    monkeypatch.setattr(checking, "PASSES", 2)
    stop = asyncio.Event()

    async def change() -> None:
        async with databases.connected(world.source.dsn) as connection:
            while not stop.is_set():
                await connection.execute("UPDATE person SET given = 'N' || gen_random_uuid() WHERE id <= 5")

    changing = asyncio.create_task(change())
    drift = await look(world.places)
    stop.set()
    await changing
    assert (drift.differences, drift.unsettled) == ([], 5)


async def test_where_lookup_does_not_follow_nothing_is_called_drift(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "FOLLOWS_MAX_S", 0.0)
    await world.source.execute("UPDATE person SET given = 'On its way' WHERE id = 1")
    await world.lookup.execute("UPDATE freshness SET as_of = now() - interval '1 minute'")
    with pytest.raises(Trouble, match="does not follow"):
        await world.found()


async def test_the_command_lists_whom_and_never_what_and_leaves_with_1(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.lookup.execute(
        "UPDATE child SET given_name = 'Canary' WHERE child_id = (SELECT child_id FROM child ORDER BY 1 LIMIT 1)"
    )
    places = world.places
    for name, dsn in (("PORTAL_CAPTURE", places.source), ("FEED_DATABASE", places.feed)):
        monkeypatch.setenv(f"{name}_URL", dsn)
    monkeypatch.setenv("LOOKUP_DATABASE_URL", places.lookup)
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["drift"])
    assert (shown.exit_code, "1 child: given_name" in shown.output, "Canary" in shown.output) == (1, True, False)
    mended = await asyncio.to_thread(CliRunner().invoke, app, ["drift", "--repair"])
    assert mended.exit_code == 0
    await world.follow()
    assert json.loads((await asyncio.to_thread(CliRunner().invoke, app, ["drift", "--json"])).output) == []


async def test_what_changes_while_it_is_put_right_counts_and_is_not_undone(world: World) -> None:
    feed, place = world.feed, ("person", "1")
    [row] = await feed.database.rows(
        "SELECT generation, position, body FROM mirror WHERE source_table = 'person' AND key = '1'"
    )
    before = {place: Standing(int(str(row["generation"])), int(str(row["position"])), deleted=False)}
    read = {place: {**json.loads(str(row["body"])), "given": "As it was read"}}
    await feed.ingest(feed.tape.put(500, *person(given="Changed meanwhile")))
    async with feed.database.db.by_itself("repair") as tx:
        await put_right(tx, COUNCIL, {Subject("child", "1")}, before, read)
    kept = "SELECT body->>'given' FROM mirror WHERE source_table = 'person' AND key = '1'"
    assert await feed.database.value(kept) == "Changed meanwhile"
    await feed.ingest(feed.tape.delete(510, "person", 1))  # and what comes later still does
    assert await feed.database.value(
        "SELECT deleted_at IS NOT NULL FROM mirror WHERE source_table = 'person' AND key = '1'"
    )


async def test_while_a_snapshot_is_read_nothing_is_put_right_by_hand(world: World) -> None:
    await world.feed.database.execute("UPDATE cursor SET phase = 'reading'")
    with pytest.raises(NotLive):
        async with world.feed.database.db.by_itself("repair") as tx:
            await put_right(tx, COUNCIL, set(), {}, {})


def test_history_is_left_out_of_the_comparison_and_what_ends_today_is_not() -> None:
    today = date(2026, 1, 5)
    rows: list[tuple[Any, ...]] = [(None, date(2020, 9, 1), ends) for ends in (None, today, today - timedelta(days=2))]
    assert [row[-1] for row in in_order(rows, "open_case", today)] == [None, today]


def test_what_the_source_has_twice_is_one() -> None:
    """Two equal stays at a school, say: lookup keeps one."""
    row = (None, date(2020, 9, 1), None)
    assert in_order([row, row], "open_case", date(2026, 1, 5)) == [row]
