"""What is read of a raw record, and of the dates in it, as Debezium writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from services.feed.source import Table
from services.feed.sources.council.tables import TABLES
from services.feed.way import RowChange, UnreadableChange
from services.feed.ways.capture.encodings import decode
from services.feed.ways.capture.records import read
from tests.feed.world import Tape, person


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"", "unknown"), (b"\xff", "unknown"), (b"null", "unknown"), (b"[]", "unknown"), (b"{}", "unknown"),
        (b'"text"', "unknown"), (b'{"op":"u"}', "unknown"), (b"[" * 100_000, "unknown"), (None, "tombstone"),
        (b'{"ts_ms":1795409405777}', "own_heartbeat"),
        (b'{"op":"c","source":{"table":"sign","lsn":1},"after":{"id":"1","type":"log","data":"{}"}}', "signal"),
        (b'{"op":"d","source":{"table":"sign","lsn":1},"before":{"id":"1"},"after":null}', "table"),
        (b'{"op":"c","source":{"table":"plan","lsn":1},"after":{"id":1}}', "table"),
        (b'{"op":"m","source":{"table":"","lsn":1},"message":{"prefix":"p","content":"eA=="}}', "message"),
        (b'{"status":"END","id":"2293:50828560","event_count":1,"ts_ms":1}', "transaction"),
        (b'{"source":{"table":"person"},"databaseName":"x","ddl":"ALTER","tableChanges":[]}', "schema"),
        (b'{"op":"x","source":{"table":"person","lsn":1},"after":{"id":1}}', "operation"),
        (b'{"op":["u"],"source":{"table":"person","lsn":1},"after":{"id":1}}', "operation"),
        (b'{"op":"u","source":{"table":7,"lsn":1},"after":{"id":1}}', "operation"),
        (b'{"op":"c","source":{"table":"team"}}', "malformed"),
        (b'{"op":"c","source":{"table":"team","lsn":1}}', "malformed"),
        (b'{"op":"c","source":{"table":"team"},"after":{"id":1}}', "malformed"),
        (b'{"op":"u","source":{"table":"person","lsn":1},"after":null}', "malformed"),
        (b'{"op":"r","source":{"table":"person","lsn":1},"after":[7]}', "malformed"),
        (b'{"op":"d","source":{"table":"team","lsn":1}}', "malformed"),
        (b'{"op":"t","source":{"table":"team"}}', "malformed"),
    ],
)  # fmt: skip
def test_what_is_no_change_of_a_row_is_told_by_what_it_is(tape: Tape, value: bytes | None, kind: str | None) -> None:
    assert read(tape.bytes(value), TABLES) == kind


@pytest.mark.parametrize(
    "value",
    [
        b'{"op":"d","source":{"table":"person","lsn":1},"before":null}',
        b'{"op":"u","source":{"table":"person","lsn":"1"},"after":{"id":1}}',
        b'{"op":"u","source":{"table":"person","lsn":9223372036854775808},"after":{"id":1}}',
        b'{"op":"u","source":{"table":"person","lsn":1},"after":{"id":true}}',
        b'{"op":"u","source":{"table":"person","lsn":1},"after":{"ident":1}}',
    ],
)
def test_a_change_that_cannot_be_placed_is_not_passed_over(tape: Tape, value: bytes) -> None:
    assert read(tape.bytes(value), TABLES) == UnreadableChange("person", 0)


def test_what_postgresql_would_refuse_is_read_without_it(tape: Tape) -> None:
    change = read(
        tape.put(1, *person(given="Mi\x00ra", family="\ud800", born=float("inf"), former_upns=["\x00"])), TABLES
    )
    assert isinstance(change, RowChange)
    assert change.body is not None
    assert [change.body[c] for c in ("given", "family", "born", "former_upns")] == [
        "Mi\ufffdra",
        "?",
        "inf",
        ["\ufffd"],
    ]


@pytest.mark.parametrize("key", [{"area": "P", "number": 7}, {"area": "P/1", "number": "7"}, {"area": "", "number": 7}])
def test_a_key_of_several_columns_is_one_text_and_no_two_are_the_same(tape: Tape, key: dict[str, object]) -> None:
    tables = {"visit": Table(columns={"area": "text", "number": "whole"}, key=("area", "number"))}
    change = read(tape.put(1, "visit", key), tables)
    placed = key == {"area": "P", "number": 7}
    assert (change.key == "P/7" if isinstance(change, RowChange) else change) == (
        True if placed else UnreadableChange("visit", 0)
    )


def decoded(column: str, value: object, table: str = "allocation") -> object:
    return decode({column: value}, TABLES[table])[column]


@pytest.mark.parametrize("value", [-2147472692, -622191234, 2**31 - 1, 6680497, 2145042905])
def test_infinity_and_what_is_beyond_the_calendar_is_its_last_day(value: int) -> None:
    assert decoded("ends", value) == date.max


@pytest.mark.parametrize("value", [-2147472691, -625821272, -(2**31), -719528])
def test_minus_infinity_and_what_is_before_the_calendar_is_its_first_day(value: int) -> None:
    assert decoded("ends", value) == date.min


@pytest.mark.parametrize("value", [None, True, 10**12, -(10**12), "2014-03-05", 16134.0])
def test_what_is_no_date_stays_as_it_came(value: object) -> None:
    assert decoded("ends", value) is value


def test_days_are_counted_from_1970_and_moments_are_iso_8601() -> None:
    assert (decoded("ends", 16134), decoded("is_lead", 16134)) == (date(2014, 3, 5), 16134)
    moment = datetime.fromisoformat("2026-01-05T09:00:00+00:00")
    assert decoded("at", "2026-01-05T09:00:00Z", "heartbeat") == moment
    assert decoded("at", "infinity", "heartbeat") == "infinity"


@pytest.mark.parametrize(
    ("column", "value", "other"),
    [
        ("born", "2014-03-05", True), ("born", 1_393_977_600_000, True), ("born", 16134, False),
        ("born", -2147472692, False), ("born", 2145042905, False), ("born", 2145042906, True), ("born", 1.5, True),
        ("given", 7, True), ("given", "", False), ("given", ["a"], True), ("restricted", "yes", True),
        ("restricted", 1, True), ("restricted", None, False), ("former_upns", "{a}", True),
        ("former_upns", ["a", None], False), ("former_upns", [1], True), ("former_upns", [], False),
        ("address", 7, False),
    ],
)  # fmt: skip
def test_what_a_type_is_never_written_as_is_another_type(tape: Tape, column: str, value: object, other: bool) -> None:
    change = read(tape.put(1, *person(**{column: value})), TABLES)
    assert isinstance(change, RowChange)
    assert change.other_types == ({column} if other else set())


def test_a_heartbeat_that_is_no_text_is_of_another_type(tape: Tape) -> None:
    change = read(tape.put(1, "heartbeat", {"id": 1, "at": 1_795_409_405_777_000}), TABLES)
    assert isinstance(change, RowChange)
    assert change.other_types == {"at"}
