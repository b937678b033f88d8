"""What the pinned Debezium really writes, streamed and by snapshot, is what is read: asked of it, not assumed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest

from services.feed.sources.council.tables import TABLES
from services.feed.way import RowChange
from services.feed.ways.capture.encodings import decode
from services.feed.ways.capture.records import read
from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.log.record import Record
from tests.feed.ways.test_capture import SLOW_S
from tests.support.engines import Engines
from tests.support.source import Source, connect_worker, source
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
UPNS = "(SELECT array_agg('B80120000500' || n % 10) FROM generate_series(1, 500) AS n)"


@dataclass
class Captured:
    """A source that is captured into a topic of its own, by a real Connect."""

    source: Source
    bus: KafkaBus
    topic: str

    async def changes(self) -> list[RowChange]:
        return [change for record in await self.records() if isinstance(change := read(record, TABLES), RowChange)]

    async def records(self) -> list[Record]:
        return await self.bus.read(self.topic)

    async def row(self, table: str, key: int) -> RowChange:
        """The last change of this row, waited for."""

        async def found() -> list[RowChange]:
            return [one for one in await self.changes() if (one.table, one.key) == (table, str(key))]

        return (await until(found, within_s=SLOW_S))[-1]


@pytest.fixture(scope="module")
async def captured(engines: Engines) -> AsyncIterator[Captured]:
    topic = f"test.raw.{uuid4().hex[:12]}"
    await ensure_topics(engines.kafka, [TopicSpec(topic, 1, {})])
    async with source(engines.postgres) as made, connect_worker(engines.kafka) as connect:
        bus = KafkaBus(engines.kafka, "test-encodings")
        one = Captured(made, bus, topic)
        await made.execute("ALTER TABLE person ALTER former_upns SET STORAGE EXTERNAL")
        await write(made, READ)
        assert (await connect.ask("PUT", "/connectors/portal/config", made.connector(topic))).is_success
        await one.row("heartbeat", 1)
        await write(made, STREAMED)
        try:
            yield one
        finally:
            await connect.ask("DELETE", "/connectors/portal")
            await bus.stop()


async def write(made: Source, base: int) -> None:
    for number, day in enumerate(DAYS):
        await made.execute(f"INSERT INTO person (id, given, family, born) VALUES ({base + number}, 'a', 'b', '{day}')")


def days(changes: Iterable[RowChange | None]) -> list[date]:
    return [decode(change.body, TABLES["person"])["born"] for change in changes if change and change.body]


@pytest.mark.parametrize(("way", "base"), [(0, STREAMED), (1, READ)], ids=["streamed", "snapshot"])
async def test_every_day_that_postgresql_knows_is_read_as_what_it_says(captured: Captured, way: int, base: int) -> None:
    found = [await captured.row("person", base + number) for number in range(len(DAYS))]
    assert {change.snapshot for change in found} == {way == 1}
    assert dict(zip(DAYS, days(found), strict=True)) == {text: expected[way] for text, expected in DAYS.items()}


async def test_a_message_in_the_log_does_not_leave_the_source(captured: Captured) -> None:
    for prefix in ("p", ""):
        await captured.source.execute(f"SELECT pg_logical_emit_message(true, '{prefix}', 'x')")
    await captured.source.execute("INSERT INTO team (id, name, duty_phone, duty_hours) VALUES (900, 'T', '1', '9')")
    await captured.row("team", 900)
    kinds = {kind for record in await captured.records() if isinstance(kind := read(record, TABLES), str)}
    assert kinds <= {"tombstone"}


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
