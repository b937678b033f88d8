"""What Debezium writes for SQL Server and Oracle, by its own sources, is read as the same row of PostgreSQL is.

No such database was there: the shapes are those of Debezium 3.5.0's classes, not of a run (docs/decisions/0061).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.feed.source import BIGINT, Table
from services.feed.sources.council.tables import TABLES
from services.feed.way import RowChange, UnreadableChange
from services.feed.ways.capture.databases import DATABASES
from services.feed.ways.capture.encodings import decode
from services.feed.ways.capture.records import read
from tests.feed.world import Headers, Tape

LSN = "00000027:00000758:0005"
SOURCES: dict[str, dict[str, Any]] = {
    "sqlserver": {
        "connector": "sqlserver", "schema": "dbo", "table": "person", "snapshot": "false",
        "change_lsn": "00000027:00000758:0003", "commit_lsn": LSN, "event_serial_no": 1,
    },
    "oracle": {
        "connector": "oracle", "schema": "CASES", "table": "PERSON", "snapshot": "false", "txId": "0a00",
        "scn": "2122184", "commit_scn": "2122190", "lcr_position": None,
    },
}  # fmt: skip
ROWS: dict[str, dict[str, Any]] = {
    # bigint, varchar, nvarchar, datetime, bit; and Oracle's NUMBER, VARCHAR2, DATE, NUMBER(1)
    "sqlserver": {
        "id": 7, "upn": "B801200005001", "former_upns": "B801200005002, B801200005003", "given": "Mirela",
        "family": "Thornwick", "born": "2014-03-05T00:00:00Z", "restricted": False,
    },
    "oracle": {
        "ID": "7", "UPN": "B801200005001", "FORMER_UPNS": "B801200005002;B801200005003", "GIVEN": "Mirela",
        "FAMILY": "Thornwick", "BORN": "2014-03-05T00:00:00Z", "RESTRICTED": 0,
    },
}  # fmt: skip
BOTH = pytest.mark.parametrize("kind", ["sqlserver", "oracle"])


def record(
    tape: Tape, kind: str, op: str = "u", after: dict[str, Any] | None = None, headers: Headers = (), **source: Any
) -> RowChange | UnreadableChange | str:
    row = ROWS[kind] | (after or {})
    images = {"before": row, "after": None} if op == "d" else {"before": None, "after": row}
    envelope = {**images, "source": SOURCES[kind] | source, "op": op, "ts_ms": 1}
    return read(tape.bytes(json.dumps(envelope).encode(), headers), TABLES)


def change(tape: Tape, kind: str, op: str = "u", after: dict[str, Any] | None = None, **source: Any) -> RowChange:
    found = record(tape, kind, op, after, **source)
    assert isinstance(found, RowChange), found
    return found


@BOTH
def test_a_row_is_read_as_the_same_row_of_postgresql(tape: Tape, kind: str) -> None:
    found = change(tape, kind)
    assert (found.table, found.key, found.other_types, found.snapshot) == ("person", "7", frozenset(), False)
    assert decode(found.body or {}, TABLES["person"]) == {
        "id": 7, "upn": "B801200005001", "former_upns": ["B801200005002", "B801200005003"], "given": "Mirela",
        "family": "Thornwick", "born": date(2014, 3, 5), "restricted": False,
    }  # fmt: skip


@BOTH
def test_a_deleted_row_is_known_by_its_key(tape: Tape, kind: str) -> None:
    found = change(tape, kind, "d")
    assert (found.key, found.body) == ("7", None)


@BOTH
def test_a_snapshots_rows_are_placed_where_it_was_read_and_its_last_is_known(tape: Tape, kind: str) -> None:
    """Its position: the log's at that moment; there is no change of its own."""
    own = {"change_lsn": None} if kind == "sqlserver" else {"commit_scn": None}
    found = change(tape, kind, "r", snapshot="last", **own)
    assert (found.snapshot, found.last, found.position > 0) == (True, True, True)


def test_a_change_of_a_key_says_what_the_key_was(tape: Tape) -> None:
    found = record(tape, "oracle", "c", headers=(("__debezium.oldkey", b'{"ID":"6"}'),))
    assert isinstance(found, RowChange)
    assert (found.key, found.was) == ("7", "6")


def test_a_long_text_that_oracle_does_not_send_again_is_unchanged(tape: Tape) -> None:
    found = change(tape, "oracle", after={"FORMER_UPNS": "__debezium_unavailable_value"})
    assert (found.unchanged, "former_upns" in (found.body or {})) == (frozenset({"former_upns"}), False)


def test_what_was_written_before_a_snapshot_and_committed_after_it_is_newer_than_it(tape: Tape) -> None:
    read_at = change(tape, "oracle", "r", scn="2122187", commit_scn=None)
    assert change(tape, "oracle").position > read_at.position  # written at 2122184, committed at 2122190
    before = change(tape, "sqlserver", "r", commit_lsn="00000027:00000758:0004", change_lsn=None)
    assert change(tape, "sqlserver").position > before.position


@BOTH
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2014-03-05Z", date(2014, 3, 5)), ("2014-03-05T00:00:00Z", date(2014, 3, 5)),
        ("2014-03-05T23:59:59.9999999Z", date(2014, 3, 5)), ("9999-12-31Z", date.max),
        ("9999-12-31T23:59:59.997Z", date.max), ("0001-01-01Z", date.min), ("-4711-01-01T00:00:00Z", date.min),
        ("0000-01-01T00:00:00Z", date.min), ("+10000-01-01T00:00:00Z", date.max),
        ("1753-01-01T00:00:00Z", date(1753, 1, 1)),
        ("1970-01-01Z", date(1970, 1, 1)), (None, None),
    ],
)  # fmt: skip
def test_a_day_is_read_whether_or_not_it_has_a_time(tape: Tape, kind: str, written: object, meant: object) -> None:
    column = "born" if kind == "sqlserver" else "BORN"
    found = change(tape, kind, after={column: written})
    assert decode(found.body or {}, TABLES["person"])["born"] == meant
    assert found.other_types == frozenset()


@BOTH
@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("born", "05/03/2014"), ("born", 1_393_977_600_000), ("born", "2014-03-05"), ("born", "2014-02-30Z"),
        ("id", "7.5"),
        ("restricted", 2), ("restricted", "Y"), ("given", 7), ("former_upns", 7),
    ],
)  # fmt: skip
def test_what_is_never_written_for_a_type_is_another_type(tape: Tape, kind: str, column: str, written: object) -> None:
    name = column if kind == "sqlserver" else column.upper()
    found = record(tape, kind, after={name: written})
    if column == "id":
        assert found == UnreadableChange("person", 0)
    else:
        assert isinstance(found, RowChange)
        assert found.other_types == {column}


@BOTH
@pytest.mark.parametrize(
    "written", ["2026-01-05T09:00:00Z", "2026-01-05T09:00:00.0000000Z", "2026-01-05T10:00:00.000000+01:00"]
)
def test_a_moment_is_read_with_its_zone(kind: str, written: str) -> None:
    assert kind in DATABASES
    assert decode({"at": written}, TABLES["heartbeat"])["at"] == datetime.fromisoformat("2026-01-05T09:00:00+00:00")


PLACES = [
    "NULL", "", "27:758:5", "00000027:00000758", "0000002g:00000758:0005", "ffffffff:00000758:0005",
    "00000027:ffffffff:0005", "00000027:00000758:ffff", 7, None,
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "source"),
    [("sqlserver", {"commit_lsn": value}) for value in PLACES]
    + [("oracle", {"scn": value, "commit_scn": value}) for value in ("null", "", None, str(2**63), [1])],
)
def test_a_change_that_cannot_be_placed_is_not_passed_over(tape: Tape, kind: str, source: dict[str, Any]) -> None:
    assert record(tape, kind, **source) == UnreadableChange("person", 0)


parts = st.tuples(st.integers(0, 2**25 - 1), st.integers(0, 2**26 - 1), st.integers(0, 2**12 - 1))


@given(parts, parts)
@example((0, 2**26 - 1, 2**12 - 1), (1, 0, 0))
@example((0, 0, 2**12 - 1), (0, 1, 0))
@example((2**25 - 1, 2**26 - 1, 2**12 - 1), (0, 0, 0))
def test_positions_of_sql_server_are_in_the_order_of_its_log(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    first, second = (
        DATABASES["sqlserver"].position({"commit_lsn": "{:08x}:{:08x}:{:04x}".format(*place)}) for place in (one, other)
    )
    assert (first < second, first == second) == (one < other, one == other)
    assert max(first, second) < BIGINT


@BOTH
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"source": {}, "ts_ms": 1, "databaseName": "c", "ddl": None, "tableChanges": []}, "schema"),
        ({"status": "BEGIN", "id": LSN, "event_count": None, "data_collections": None, "ts_ms": 1}, "transaction"),
        ({"ts_ms": 1795409405777}, "own_heartbeat"),
    ],
)  # fmt: skip
def test_the_connectors_own_records_are_passed_over(tape: Tape, kind: str, value: dict[str, Any], said: str) -> None:
    if "source" in value:
        value = value | {"source": SOURCES[kind]}
    assert read(tape.bytes(json.dumps(value).encode()), TABLES) == said


def test_a_table_that_is_not_captured_is_passed_over_and_so_is_a_signal(tape: Tape) -> None:
    assert record(tape, "oracle", table="PLAN") == "table"
    source = SOURCES["oracle"] | {"table": "SIGNALS"}
    sign = {"op": "c", "source": source, "before": None, "after": {"ID": "1", "TYPE": "log", "DATA": "{}"}}
    assert read(tape.bytes(json.dumps(sign).encode()), TABLES) == "signal"


def test_of_an_unknown_connector_postgresqls_way_is_expected(tape: Tape) -> None:
    assert record(tape, "sqlserver", connector="db2") == "malformed"
    assert record(tape, "sqlserver", connector=["x"]) == "malformed"


def test_a_key_that_is_text_stays_as_it_is(tape: Tape) -> None:
    tables = {"person": Table(columns={"id": "text"}, key=("id",), kind="child")}
    envelope = {"op": "c", "before": None, "after": {"ID": "007"}, "source": SOURCES["oracle"]}
    found = read(tape.bytes(json.dumps(envelope).encode()), tables)
    assert isinstance(found, RowChange)
    assert found.key == "007"
