"""Reads the records that Debezium writes (schemas off): https://debezium.io/documentation/reference/stable/connectors/postgresql.html"""

from __future__ import annotations

import json
from typing import Any

from services.feed.domain import Body, Change
from shared.bus import Record
from shared.contracts import Undecodable

UNAVAILABLE = "__debezium_unavailable_value"
"""Stands for a long value that did not change: PostgreSQL does not put it into its log again."""

BIGINT = 2**63


def read(record: Record) -> Change | None:
    """The change in a record; None for a tombstone and for the connector's own heartbeat. Raises Undecodable."""
    if record.value is None:
        return None
    try:
        envelope = json.loads(record.value)
        if set(envelope) == {"ts_ms"}:
            return None
        return _change(envelope, record.offset)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Undecodable(type(error).__name__) from None


def _change(envelope: dict[str, Any], offset: int) -> Change:
    source, op = envelope["source"], envelope["op"]
    mark = source.get("snapshot")
    change = Change(
        table=_text(source["table"]),
        key=None if op == "t" else _whole(envelope["before" if op == "d" else "after"]["id"]),
        body=_body(envelope["after"]) if op in ("c", "u", "r") else None,
        lsn=_whole(source["lsn"]),
        offset=offset,
        snapshot=op == "r",
        last=mark == "last",
    )
    if op not in ("c", "u", "r", "d", "t"):
        raise ValueError
    return change


def _body(after: dict[str, Any]) -> Body:
    return {column: value for column, value in after.items() if value not in (UNAVAILABLE, [UNAVAILABLE])}


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -BIGINT <= value < BIGINT:
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
