"""The feed's world: a council's rows, raw records as Debezium writes them (seen on 3.5.0), and a feed that reads them.

Records are made by hand, so that any order and any fault can be tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from services.feed.catching_up import commands
from services.feed.chosen import Chosen, load
from services.feed.mirror.projections import ingest_from
from services.feed.source import Source, SourceRow
from shared.contracts import Event
from shared.contracts.feed import Child, Freshness
from shared.database.tx import Cause
from shared.log.record import Record
from tests.support.databases import Clone

Row = dict[str, Any]
Headers = tuple[tuple[str, bytes], ...]
TOPIC = "source.council.raw"
NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
COUNCIL = load("council", "capture")


def day(value: str) -> date:
    return date.fromisoformat(value)


def encoded(value: object) -> object:
    """A date or a time as Debezium writes it; what is neither is for JSON."""
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return (value - date(1970, 1, 1)).days
        case _:
            raise TypeError(type(value).__name__)


class Tape:
    """Writes records one after another: each has the next offset."""

    def __init__(self) -> None:
        self.offset = -1

    def snapshot(self, lsn: int, *rows: tuple[str, Row], whole: bool = True) -> list[Record]:
        """A snapshot's records; `whole` False: it was interrupted after them."""
        marks = ["first", *["true"] * len(rows)]
        if whole:
            marks[len(rows) - 1] = "last"
        return [self._write("r", table, lsn, None, row, mark) for (table, row), mark in zip(rows, marks, strict=False)]

    def put(self, lsn: int, table: str, row: Row, op: str = "u", was: int | Row | None = None) -> Record:
        """`was`: the key under which the row was deleted in the same moment."""
        return self._write(op, table, lsn, None, row, headers=_key_header("__debezium.oldkey", was))

    def delete(self, lsn: int, table: str, key: int | Row, moved_to: int | Row | None = None) -> Record:
        """A delete carries only the key; the other columns are empty."""
        before = {**_key(key), "given": "", "person_id": 0}
        return self._write("d", table, lsn, before, None, headers=_key_header("__debezium.newkey", moved_to))

    def empty(self, lsn: int, table: str) -> Record:
        return self._write("t", table, lsn, None, None)

    def beat(self, lsn: int, at: datetime) -> Record:
        return self.put(lsn, "heartbeat", heartbeat(at)[1])

    def own_heartbeat(self) -> Record:
        return self.bytes(b'{"ts_ms":1795409405777}')

    def bytes(self, value: bytes | None, headers: Headers = ()) -> Record:
        self.offset += 1
        return Record(TOPIC, b"{}", value, headers, partition=0, offset=self.offset)

    def _write(
        self, op: str, table: str, lsn: int, before: Row | None, after: Row | None, mark: str = "false",
        headers: Headers = (),
    ) -> Record:  # fmt: skip
        source = {"snapshot": mark, "schema": "public", "table": table, "lsn": lsn, "txId": 1, "sequence": None}
        envelope = {"before": before, "after": after, "source": source, "op": op}
        return self.bytes(json.dumps(envelope, default=encoded).encode(), headers)


def _key(key: int | Row) -> Row:
    return key if isinstance(key, dict) else {"id": key}


def _key_header(name: str, key: int | Row | None) -> Headers:
    return () if key is None else ((name, json.dumps(_key(key)).encode()),)


def person(key: int = 1, **other: Any) -> tuple[str, Row]:
    row = {"id": key, "upn": "B801200005001", "former_upns": [], "given": "Mirela", "family": "Thornwick"}
    return "person", {**row, "born": day("2014-03-05"), "restricted": False, **other}


def roll(key: int = 1, about: int | None = 1, urn: str = "990001", **other: Any) -> tuple[str, Row]:
    row = {"id": key, "person_id": about, "urn": urn, "starts": day("2020-09-01"), "ends": None}
    return "school_history", {**row, **other}


def involvement(key: int = 1, about: int = 1, **other: Any) -> tuple[str, Row]:
    row = {"id": key, "person_id": about, "team_id": 1, "opened": day("2024-01-08"), "closed": None}
    return "involvement", {**row, **other}


def allocation(key: int = 1, about: int = 1, worker: int | None = 1, **other: Any) -> tuple[str, Row]:
    row = {"id": key, "person_id": about, "worker_id": worker, "is_lead": True}
    return "allocation", {**row, "starts": day("2024-01-09"), "ends": None, **other}


def worker(key: int = 1, **other: Any) -> tuple[str, Row]:
    row = {"id": key, "name": "Ione Marlowick", "job": "social_worker", "team_id": 1, "phone": "07700 900101"}
    return "worker", {**row, "email": "ione@example.org", "left_on": None, "absent_until": None, **other}


def team(key: int = 1, **other: Any) -> tuple[str, Row]:
    row = {"id": key, "name": "North", "duty_phone": "01632 960001", "duty_hours": "9 to 5"}
    return "team", {**row, "out_of_hours_phone": None, **other}


def heartbeat(at: datetime = NINE) -> tuple[str, Row]:
    return "heartbeat", {"id": 1, "at": at}


def without(made: tuple[str, Row], column: str) -> tuple[str, Row]:
    """The row as it comes after the column was renamed in the source."""
    table, row = made
    return table, {name: value for name, value in row.items() if name != column}


def source_rows(source: Source, made: Iterable[tuple[str, Row]]) -> list[SourceRow]:
    """The rows as a source is given them to derive states from."""
    found = [(table, source.tables[table], row) for table, row in made]
    return [SourceRow(name, table.key_in(row, table.key) or "", table.owner_in(row), row) for name, table, row in found]


def children(emitted: Sequence[Event]) -> list[Child]:
    return [event for event in emitted if isinstance(event, Child)]


def fresh(emitted: Sequence[Event]) -> list[Freshness]:
    return [event for event in emitted if isinstance(event, Freshness)]


WORLD = (person(), roll(), involvement(), allocation(), worker(), team(), heartbeat())
"""One child with all that makes its state; the heartbeat comes last, as it does with Debezium."""


class Feed:
    """The feed on a real database, given records by hand; of the demo's council, if no other source is given."""

    def __init__(self, database: Clone, tape: Tape, chosen: Chosen = COUNCIL) -> None:
        self.database, self.tape, self.chosen = database, tape, chosen

    async def ingest(self, *records: Record | Sequence[Record]) -> None:
        flat = [r for one in records for r in ([one] if isinstance(one, Record) else one)]
        async with self.database.db.transaction(Cause("feed", uuid4())) as tx:
            await ingest_from(self.chosen, tx, flat)

    async def catch_up(self) -> None:
        await commands.catch_up_with(self.chosen, self.database.db)

    async def live(self, *rows: tuple[str, Row], lsn: int = 100) -> None:
        """A whole snapshot, ingested and emitted; then an empty outbox."""
        await self.ingest(self.tape.snapshot(lsn, *(rows or WORLD)))
        await self.catch_up()
        await self.emitted()

    async def begin_again(self, epoch: int) -> None:
        """As a feed does that starts with this epoch."""
        await commands.begin_again_with(self.chosen, self.database.db, epoch)

    async def ask(self) -> None:
        """As the watch does before it has a snapshot taken on a new slot."""
        await self.database.execute("UPDATE cursor SET asked = true")

    async def phase(self) -> object:
        return await self.database.value("SELECT phase FROM cursor")

    async def left_out(self) -> list[dict[str, object]]:
        sql = "SELECT source_table, key, column_name, why FROM left_out ORDER BY 1, 2"
        return await self.database.rows(sql)

    async def emitted(self) -> list[Event]:
        """What was emitted since the last time that this was asked, in order."""
        rows = await self.database.rows("WITH said AS (DELETE FROM outbox RETURNING *) SELECT * FROM said ORDER BY seq")
        return [Event.known[_type(r["headers"])].model_validate_json(_bytes(r["body"])) for r in rows]


def _type(headers: object) -> str:
    found = json.loads(headers) if isinstance(headers, str) else headers
    assert isinstance(found, dict)
    return str(found["ce_type"])


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
