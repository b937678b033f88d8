"""What the pinned Debezium really writes, streamed and by snapshot, is what is read: asked of it, not assumed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest

from deploy.operate import databases
from services.feed.sources.council.tables import TABLES
from services.feed.way import RowChange
from services.feed.ways.capture import direct
from services.feed.ways.capture.encodings import decode
from services.feed.ways.capture.records import read
from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.log.record import Record
from tests.feed.ways.every_type import CASES, KINDS, LONG_CASES, OTHER, Case, changes, rows, schema
from tests.feed.ways.test_capture import SLOW_S
from tests.support.engines import Engines
from tests.support.source import Connect, Source, source
from tests.support.until import until

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

DAYS: dict[str, tuple[date, date]] = {
    # as it stands in the source: as it is read where it is streamed, and where a snapshot read it
    "infinity": (date.max, date.max),
    "-infinity": (date.min, date.min),
    "20260-07-31": (date.max, date.max),
    "20140-01-01": (date.max, date.max),
    "10000-01-01": (date.max, date.max),
    "5874897-12-31": (date.max, date.max),
    "9999-12-31": (date.max, date.max),
    "2026-07-31": (date(2026, 7, 31), date(2026, 7, 31)),
    "1582-10-15": (date(1582, 10, 15), date(1582, 10, 15)),
    "1582-10-04": (date(1582, 10, 4), date(1582, 10, 4)),
    "0001-01-01": (date.min, date.min),
    "0001-01-01 BC": (date.min, date.min),
    # Java's old calendar, through which snapshots go, has no such day; and it forgets that a year was before Christ.
    "1582-10-05": (date(1582, 10, 5), date(1582, 10, 15)),
    "0044-03-15 BC": (date.min, date(44, 3, 15)),
    "4713-01-01 BC": (date.min, date(4713, 1, 1)),
}
STREAMED, READ = 1000, 2000
MOVED = {READ: 20_000, STREAMED: 10_000}
"""Where the rows of every_type are after their keys changed."""
ALL = {**TABLES, "kinds": KINDS}
UPNS = "(SELECT array_agg('B80120000500' || n % 10) FROM generate_series(1, 500) AS n)"


@dataclass
class Captured:
    """A source that is captured into a topic of its own, by a real Connect."""

    source: Source
    bus: KafkaBus
    topic: str

    async def changes(self) -> list[RowChange]:
        return [change for record in await self.records() if isinstance(change := read(record, ALL), RowChange)]

    async def records(self) -> list[Record]:
        return await self.bus.read(self.topic)

    async def row(self, table: str, key: int) -> RowChange:
        """The last change of this row, waited for."""

        async def found() -> list[RowChange]:
            return [one for one in await self.changes() if (one.table, one.key) == (table, str(key))]

        return (await until(found, within_s=SLOW_S))[-1]

    async def rows(self, table: str, first: int, count: int) -> list[RowChange]:
        """The last change of each of these, when that of the last one has come."""
        await self.row(table, first + count - 1)
        newest = {one.key: one for one in await self.changes() if one.table == table}
        return [newest[str(first + number)] for number in range(count)]


@pytest.fixture(scope="module")
async def captured(engines: Engines, connect: Connect) -> AsyncIterator[Captured]:
    topic = f"test.raw.{uuid4().hex[:12]}"
    await ensure_topics(engines.kafka, [TopicSpec(topic, 1, {})])
    async with source(engines.postgres) as made:
        bus = KafkaBus(engines.kafka, "test-encodings")
        one = Captured(made, bus, topic)
        await made.execute("ALTER TABLE person ALTER former_upns SET STORAGE EXTERNAL")
        await made.execute(schema())
        await write(made, READ)
        config = made.connector(topic)
        config["table.include.list"] += ",public.kinds"
        config["column.include.list"] += ",public.kinds.(.*)"
        assert (await connect.ask("PUT", "/connectors/portal/config", config)).is_success
        await one.row("heartbeat", 1)
        await write(made, STREAMED)
        for base, moved in MOVED.items():
            await made.execute(changes(base, moved))
        try:
            yield one
        finally:
            await connect.forget("portal")
            await bus.stop()


async def write(made: Source, base: int) -> None:
    for number, day in enumerate(DAYS):
        await made.execute(f"INSERT INTO person (id, given, family, born) VALUES ({base + number}, 'a', 'b', '{day}')")
    await made.execute(rows(base))


def days(changes: Iterable[RowChange | None]) -> list[date]:
    return [decode(change.body, TABLES["person"])["born"] for change in changes if change and change.body]


@pytest.mark.parametrize(("way", "base"), [(0, STREAMED), (1, READ)], ids=["streamed", "snapshot"])
async def test_every_day_that_postgresql_knows_is_read_as_what_it_says(captured: Captured, way: int, base: int) -> None:
    found = await captured.rows("person", base, len(DAYS))
    assert {change.snapshot for change in found} == {way == 1}
    assert dict(zip(DAYS, days(found), strict=True)) == {text: expected[way] for text, expected in DAYS.items()}


async def of_kinds(captured: Captured, base: int) -> dict[int, list[RowChange]]:
    """The changes of each case's row, by its number: as it was made or read, changed, and made under its new key."""
    last = len(CASES) + len(LONG_CASES) - 1
    await captured.row("kinds", MOVED[base] + last)
    found: dict[int, list[RowChange]] = {number: [] for number in range(last + 1)}
    for change in await captured.changes():
        for begin in (base, MOVED[base]):
            number = int(change.key or -1) - begin
            if change.table == "kinds" and number in found and not change.moved:
                found[number].append(change)
    return found


def as_read(case: Case, change: RowChange) -> object:
    assert change.body is not None
    if case.column in change.other_types:
        return OTHER
    return decode(change.body, KINDS)[case.column]


@pytest.mark.parametrize(("way", "base"), [("streamed", STREAMED), ("snapshot", READ)])
async def test_every_type_and_special_value_is_read_as_what_it_is_through_updates_and_changes_of_the_key(
    captured: Captured, way: str, base: int
) -> None:
    found = await of_kinds(captured, base)
    assert {change.snapshot for case in CASES for change in found[case.number][:1]} == {way == "snapshot"}
    wanted = {(case.kind, case.literal, case.column): [case.read] * 3 for case in CASES}
    seen = {
        (case.kind, case.literal, case.column): [as_read(case, change) for change in found[case.number]]
        for case in CASES
    }
    assert seen == wanted
    strange = {(case.column, *change.other_types) for case in CASES for change in found[case.number]}
    assert all(set(one) == {one[0]} for one in strange), "what is empty is of no other type"


@pytest.mark.parametrize("base", [STREAMED, READ], ids=["streamed", "snapshot"])
async def test_a_long_value_that_is_not_sent_again_is_unchanged_through_updates_and_changes_of_the_key(
    captured: Captured, base: int
) -> None:
    found = await of_kinds(captured, base)
    for case in LONG_CASES:
        made, updated, moved = found[case.number]
        assert made.body is not None, case.kind
        assert case.column in made.body, case.kind
        for change in (updated, moved):
            assert (change.unchanged, case.column in (change.body or {})) == ({case.column}, False), case.kind
            assert change.other_types == set(), case.kind
        assert moved.was == str(base + case.number)


async def test_the_elements_of_a_list_of_lists_are_no_texts_that_anybody_wrote(captured: Captured) -> None:
    """Java's own name for an array comes in their place: the rules for UPNs refuse it, and doubt the child."""
    await captured.source.execute(
        "INSERT INTO person (id, given, family, former_upns) VALUES (4000, 'a', 'b', '{{B801200005001,x},{y,z}}')"
    )
    body = (await captured.row("person", 4000)).body or {}
    assert all(one.startswith("[Ljava.lang.String;@") for one in body["former_upns"])


async def test_what_is_read_of_a_table_itself_is_what_is_captured_of_it(captured: Captured) -> None:
    """For `portal drift`, which compares the one with what came of the other."""
    person = TABLES["person"]
    keys = [str(STREAMED + number) for number in range(len(DAYS))]
    async with databases.connected(captured.source.dsn) as connection:
        found = await connection.fetch(direct.statement("person", person, ("id",)), keys)
    itself = {body["id"]: decode(body, person) for body in (json.loads(row["body"]) for row in found)}
    came = await captured.rows("person", STREAMED, len(DAYS))
    assert [itself[int(key)] for key in keys] == [decode(change.body or {}, person) for change in came]


async def test_a_message_in_the_log_does_not_leave_the_source(captured: Captured) -> None:
    for prefix in ("p", ""):
        await captured.source.execute(f"SELECT pg_logical_emit_message(true, '{prefix}', 'x')")
    await captured.source.execute("INSERT INTO team (id, name, duty_phone, duty_hours) VALUES (900, 'T', '1', '9')")
    await captured.row("team", 900)
    kinds = {kind for record in await captured.records() if isinstance(kind := read(record, ALL), str)}
    assert kinds <= {"tombstone", "own_heartbeat"}


async def test_a_row_whose_key_changes_is_told_from_a_new_one(captured: Captured) -> None:
    await captured.source.execute(
        f"INSERT INTO person (id, given, family, former_upns) VALUES (3000, 'a', 'b', {UPNS})"
    )
    await captured.source.execute("UPDATE person SET id = 3001 WHERE id = 3000")
    made, gone = await captured.row("person", 3001), await captured.row("person", 3000)
    assert (made.was, made.unchanged, gone.moved, gone.body) == ("3000", {"former_upns"}, True, None)


async def test_a_column_of_another_name_is_missing_and_not_unchanged(captured: Captured) -> None:
    execute = captured.source.execute
    await execute("INSERT INTO involvement (id, person_id, opened) VALUES (900, 1, '2024-01-08')")
    await execute("ALTER TABLE involvement RENAME closed TO closed_on")
    await execute("UPDATE involvement SET closed_on = '2025-01-01' WHERE id = 900")
    await execute("ALTER TABLE involvement RENAME closed_on TO closed")
    await execute("INSERT INTO involvement (id, person_id, opened) VALUES (901, 1, '2024-01-08')")
    whole, lacking = await captured.row("involvement", 901), await captured.row("involvement", 900)
    assert whole.body is not None
    assert lacking.body is not None
    assert (whole.body.keys() - lacking.body.keys(), lacking.unchanged) == ({"closed"}, frozenset())
