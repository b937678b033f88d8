"""Reads the records that Debezium writes (schemas off): https://debezium.io/documentation/reference/stable/connectors/postgresql.html"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

from services.feed.domain import Body, Change, Unreadable, key_of
from shared.log.record import Record

UNAVAILABLE = "__debezium_unavailable_value"
"""Stands for a long value that did not change: PostgreSQL does not put it into its log again."""

OLD_KEY, NEW_KEY = "__debezium.oldkey", "__debezium.newkey"
"""Headers of the delete and the insert that Debezium makes of a row whose key changes."""

LAST = frozenset({"last"})
OPERATIONS = frozenset("curdt")

Other = Literal["tombstone", "heartbeat", "message", "transaction", "schema", "operation", "malformed", "unknown"]
"""What a record is that is no row change: bounded, for it labels a metric."""


def read(record: Record) -> Change | Unreadable | Other:
    """What a record says: the change of a row; that there was one which cannot be read; or what else it is.

    Never raises: a topic to which others can write must not be able to stop its reader.
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
    table = source.get("table")
    if not isinstance(op, str) or op not in OPERATIONS or not isinstance(table, str):
        return "operation"
    if not _is_whole(envelope, source, op):
        return "malformed"
    try:
        return _change(envelope, source, op, record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Unreadable(table, record.offset)


def _is_whole(envelope: Mapping[str, Any], source: Mapping[str, Any], op: str) -> bool:
    """Whether all is there that Debezium writes for every table, whatever its columns; else it was somebody else.

    A row image without its key, or a position that is no number, is another matter: the source or its reader changed.
    """
    image = "before" in envelope if op == "d" else op == "t" or isinstance(envelope.get("after"), dict)
    return image and "lsn" in source


def _other(envelope: Mapping[str, Any]) -> Other:
    if set(envelope) == {"ts_ms"}:
        return "heartbeat"
    if "status" in envelope and "id" in envelope:
        return "transaction"
    return "schema" if {"ddl", "tableChanges", "databaseName"} & set(envelope) else "unknown"


def _change(envelope: Mapping[str, Any], source: Mapping[str, Any], op: str, record: Record) -> Change:
    after = envelope["after"] if op in "cur" else None
    headers = dict(record.headers)
    return Change(
        table=source["table"],
        key=None if op == "t" else _whole(envelope["before" if op == "d" else "after"]["id"]),
        body=_body(after) if after is not None else None,
        unchanged=frozenset(column for column, value in (after or {}).items() if _is_unavailable(value)),
        lsn=_whole(source["lsn"]),
        offset=record.offset,
        snapshot=op == "r",
        last=source.get("snapshot") in LAST,
        was=_key_in(headers.get(OLD_KEY)),
        moved=NEW_KEY in headers,
    )


def _body(after: Mapping[str, Any]) -> Body:
    return {column: _storable(value) for column, value in after.items() if not _is_unavailable(value)}


def _is_unavailable(value: object) -> bool:
    return value in (UNAVAILABLE, [UNAVAILABLE])


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


def _key_in(header: bytes | None) -> int | None:
    """The key in a header as Debezium writes it, e.g. {"id":3000}."""
    if header is None:
        return None
    key: dict[str, Any] = json.loads(header)
    return _whole(key["id"])


def _whole(value: object) -> int:
    found = key_of(value)
    if found is None:
        raise TypeError
    return found
