"""Reads the records that Debezium writes (schemas off): https://debezium.io/documentation/reference/stable/connectors/postgresql.html

What its connectors for other databases write otherwise is turned into the same first (databases.py).
"""

import json
import math
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from services.feed.source import Body, Table
from services.feed.way import RowChange, UnreadableChange
from services.feed.ways.capture.databases import DATABASES, POSTGRESQL, CapturedDatabase
from services.feed.ways.capture.encodings import other_types
from shared.log.record import Record

UNAVAILABLE = "__debezium_unavailable_value"
"""Stands for a long value that did not change: PostgreSQL does not put it into its log again."""

PLACEHOLDERS = (
    UNAVAILABLE,
    b64encode(UNAVAILABLE.encode()).decode(),
    [UNAVAILABLE],
    list(UNAVAILABLE.encode()),
    ["b68a35a7-17ad-35b3-af2a-ae46edb4545a"],
)
"""The same as it is written for a text, for bytea, for a list of texts, of numbers or days, and of UUIDs (Java's
`nameUUIDFromBytes` of it): tests/feed/ways/test_encodings.py asks the pinned version."""

OLD_KEY, NEW_KEY = "__debezium.oldkey", "__debezium.newkey"
"""Headers of the delete and the insert that Debezium makes of a row whose key changes."""

LAST = frozenset({"last"})
OPERATIONS = frozenset("curdt")

Other = Literal[
    "tombstone", "own_heartbeat", "message", "transaction", "schema", "signal", "operation", "malformed", "table",
    "unknown",
]  # fmt: skip
"""What a record is that changes no row of a captured table."""


SIGNAL = {"id", "type", "data"}
"""The columns of the table through which Debezium is told what to do, or marks where it reads a piece of a snapshot."""


def read(record: Record, tables: Mapping[str, Table]) -> RowChange | UnreadableChange | Other:
    """The change of a row of these tables; that there was one which cannot be read; or what else it is.

    `own_heartbeat` is Debezium's own, which comes where the source is silent.
    """
    if record.value is None:
        return "tombstone"
    try:
        envelope = json.loads(record.value)
    except (ValueError, RecursionError):
        return "unknown"
    if not isinstance(envelope, dict):
        return "unknown"
    source, op = envelope.get("source"), envelope.get("op")
    if op is None or not isinstance(source, dict):
        return _other(envelope)
    if op == "m":
        return "message"
    table, database = source.get("table"), database_of(source)
    if not isinstance(op, str) or op not in OPERATIONS or not isinstance(table, str):
        return "operation"
    if not _is_whole(envelope, op) or not database.is_placed(source):
        return "malformed"
    table = database.name(table)
    if table not in tables:
        return "signal" if {database.name(column) for column in envelope.get("after") or {}} == SIGNAL else "table"
    try:
        return ChangeReading(database, tables[table]).change(table, envelope, source, op, record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return UnreadableChange(table, record.offset)


def origin(record: Record) -> str | None:
    """The connector's `topic.prefix`, which each of its changes carries; None: it is none."""
    try:
        return str(json.loads(record.value or b"")["source"]["name"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def database_of(source: Mapping[str, Any]) -> CapturedDatabase:
    """Which database's connector wrote it."""
    connector = source.get("connector")
    return DATABASES.get(connector, POSTGRESQL) if isinstance(connector, str) else POSTGRESQL


def _is_whole(envelope: Mapping[str, Any], op: str) -> bool:
    """Whether all is there that Debezium writes for every table, whatever its columns; else it was somebody else.

    A row image without its key, or a position that is no number, is another matter: the source or its reader changed.
    """
    return "before" in envelope if op == "d" else op == "t" or isinstance(envelope.get("after"), dict)


def _other(envelope: Mapping[str, Any]) -> Other:
    if set(envelope) == {"ts_ms"}:
        return "own_heartbeat"
    if "status" in envelope and "id" in envelope:
        return "transaction"
    return "schema" if {"ddl", "tableChanges", "databaseName"} & set(envelope) else "unknown"


class ChangeReading(NamedTuple):
    """Whose way of writing it is, and of which table."""

    database: CapturedDatabase
    table: Table

    def change(
        self, name: str, envelope: Mapping[str, Any], source: Mapping[str, Any], op: str, record: Record
    ) -> RowChange:
        """The change of a row of this table; raises where it cannot be read."""
        after = self.database.row(envelope["after"], self.table) if op in "cur" else None
        body = _body(after) if after is not None else None
        headers = dict(record.headers)
        return RowChange(
            table=name,
            key=None if op == "t" else self.key(envelope["before" if op == "d" else "after"]),
            body=body,
            unchanged=frozenset(column for column, value in (after or {}).items() if _is_unavailable(value)),
            other_types=other_types(body or {}, self.table),
            position=self.database.position(source),
            offset=record.offset,
            snapshot=op == "r",
            last=source.get("snapshot") in LAST,
            was=None if headers.get(OLD_KEY) is None else self.key(json.loads(headers[OLD_KEY] or b"")),
            moved=NEW_KEY in headers,
        )

    def key(self, image: Mapping[str, Any]) -> str:
        """The key of a row image, or of a header as Debezium writes it, e.g. {"id":3000}."""
        row = self.database.row(image, self.table)
        key = self.table.key_in({column: _storable(row[column]) for column in self.table.key}, self.table.key)
        if key is None:
            raise TypeError
        return key


def _body(after: Mapping[str, Any]) -> Body:
    return {column: _storable(value) for column, value in after.items() if not _is_unavailable(value)}


def _is_unavailable(value: object) -> bool:
    return value in PLACEHOLDERS


def _storable(value: Any) -> Any:
    """The value without what PostgreSQL's jsonb refuses: NUL, half of a character, numbers that are none."""
    match value:
        case str():
            return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
        case float() if not math.isfinite(value):
            return str(value)
        case list():
            return [_storable(one) for one in value]
        case dict():
            return {_storable(name): _storable(one) for name, one in value.items()}
        case _:
            return value
