"""Types of PostgreSQL's, what the feed takes a column of each for, and what is then read of each value.

Seen on Debezium 3.5.0 with `decimal.handling.mode` string; test_encodings asks the pinned one for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from services.feed.source import Table, Type

OTHER = object()
"""What the feed takes for another type than it expects."""
UUID = "00000000-0000-0000-0000-000000000001"
AT_NINE = datetime(2026, 1, 5, 9, 0, 0, 123456, UTC)

CELLS: tuple[tuple[str, Type, Mapping[str, object]], ...] = (
    ("smallint", "whole", {"32767": 32767}),
    ("integer", "whole", {"-2147483648": -(2**31)}),
    ("bigint", "whole", {"9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63)}),
    ("numeric", "whole", {"7": OTHER, "'NaN'": OTHER}),
    ("real", "whole", {"1.5": OTHER, "'NaN'": OTHER, "'Infinity'": OTHER}),
    ("double precision", "whole", {"1.5": OTHER, "'-Infinity'": OTHER}),
    ("numeric", "text", {"12.30": "12.30", "'NaN'": "NAN", "'-Infinity'": "NEGATIVE_INFINITY"}),
    ("numeric(9,0)", "text", {"990001": "990001"}),
    ("integer", "text", {"7": OTHER}),
    ("boolean", "flag", {"true": True, "false": False}),
    ("bit(1)", "flag", {"B'1'": True}),
    ("integer", "flag", {"1": OTHER}),
    ("text", "flag", {"'yes'": OTHER}),
    ("text", "text", {"''": "", "'null'": "null", "'\U0001f600 Zoë'": "\U0001f600 Zoë", "E'a\\nb'": "a\nb"}),
    ("varchar(20)", "text", {"'abc'": "abc"}),
    ("char(5)", "text", {"'ab'": "ab   "}),
    ("uuid", "text", {f"'{UUID}'": UUID}),
    ("inet", "text", {"'192.0.2.1/24'": "192.0.2.1/24"}),
    ("jsonb", "text", {"""'{"a": 1}'""": '{"a": 1}', "'null'": "null"}),
    ("bytea", "text", {r"'\xdeadbeef'": "3q2+7w=="}),
    ("daterange", "text", {"'[2014-01-01,2015-01-01)'": "[2014-01-01,2015-01-01)"}),
    ("mood", "text", {"'sad'": "sad"}),
    ("postcode", "text", {"'AB1'": "AB1"}),
    ("date", "date", {"'2014-03-05'": date(2014, 3, 5), "'infinity'": date.max, "'-infinity'": date.min}),
    ("timestamp", "date", {"'2014-03-05'": OTHER, "'infinity'": OTHER, "'-infinity'": OTHER}),
    ("timestamp(0)", "date", {"'2014-03-05'": OTHER}),
    ("timestamptz", "date", {"'2014-03-05'": OTHER, "'infinity'": OTHER}),
    ("text", "date", {"'2014-03-05'": OTHER}),
    (
        "timestamptz",
        "moment",
        {
            "'2026-01-05 09:00:00.123456+00'": AT_NINE,
            "'2026-01-05 10:00:00.123456+01'": AT_NINE,
            "'9999-12-31 23:59:59+00'": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
            "'infinity'": "infinity",  # as it came: the rules for cells find that it is no moment
            "'-infinity'": "-infinity",
            "'20260-01-05 09:00+00'": "+20260-01-05T09:00:00.000000Z",
        },
    ),
    ("timestamp", "moment", {"'2026-01-05 09:00'": OTHER}),
    ("time", "moment", {"'09:00'": OTHER, "'24:00'": OTHER}),
    ("timetz", "moment", {"'09:00+01'": "08:00:00Z"}),
    ("text[]", "texts", {"'{}'": [], """'{a,NULL,""}'""": ["a", None, ""], """'{"null"}'""": ["null"]}),
    ("varchar(20)[]", "texts", {"'{a}'": ["a"]}),
    ("uuid[]", "texts", {f"'{{{UUID}}}'": [UUID]}),
    ("integer[]", "texts", {"'{1,2}'": OTHER}),
    ("date[]", "texts", {"'{2014-03-05}'": OTHER}),
    ("text", "texts", {"'{a}'": OTHER}),
)
LONG = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) AS n)"
LONG_CELLS: Mapping[str, tuple[Type, str]] = {
    "text": ("text", LONG),
    "varchar": ("text", LONG),
    "jsonb": ("text", f"to_jsonb({LONG})"),
    "json": ("text", f"to_json({LONG})"),
    "bytea": ("text", f"convert_to({LONG}, 'UTF8')"),
    "numeric": ("text", "repeat('123456789', 3000)::numeric"),
    "text[]": ("texts", "(SELECT array_agg(md5(n::text)) FROM generate_series(1, 400) AS n)"),
    "varchar[]": ("texts", "(SELECT array_agg(md5(n::text)) FROM generate_series(1, 400) AS n)"),
    "uuid[]": ("texts", "(SELECT array_agg(md5(n::text)::uuid) FROM generate_series(1, 400) AS n)"),
    "integer[]": ("texts", "(SELECT array_agg(n * 7919) FROM generate_series(1, 4000) AS n)"),
    "date[]": ("texts", "(SELECT array_agg('2014-01-01'::date + n) FROM generate_series(1, 4000) AS n)"),
}
"""By type, values too long to stand in PostgreSQL's log again when something else of their row changes."""


class Case(NamedTuple):
    """One value of one column of the table `kinds`, in a row of its own."""

    number: int
    column: str
    kind: str
    literal: str
    read: object


def cases() -> Iterator[Case]:
    number = 0
    for place, (kind, _, values) in enumerate(CELLS):
        for literal, read in values.items():
            yield Case(number, f"c{place}", kind, literal, read)
            number += 1


CASES = tuple(cases())
LONG_CASES = tuple(
    Case(len(CASES) + n, f"l{n}", kind, made, None) for n, (kind, (_, made)) in enumerate(LONG_CELLS.items())
)
KINDS = Table(
    columns={
        "id": "whole", "touched": "whole", **{f"c{n}": type for n, (_, type, _) in enumerate(CELLS)},
        **{f"l{n}": type for n, (type, _) in enumerate(LONG_CELLS.values())},
    },
    key=("id",),
)  # fmt: skip


def schema() -> str:
    """Makes the table, and has it captured."""
    types = {f"c{n}": kind for n, (kind, _, _) in enumerate(CELLS)} | {
        f"l{n}": kind for n, kind in enumerate(LONG_CELLS)
    }
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    stored = " ".join(f"ALTER TABLE kinds ALTER l{n} SET STORAGE EXTERNAL;" for n in range(len(LONG_CELLS)))
    return (
        "CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN postcode AS text;"
        f" CREATE TABLE kinds (id bigint PRIMARY KEY, touched int, {columns}); {stored}"
        " ALTER PUBLICATION portal ADD TABLE kinds; GRANT SELECT ON kinds TO portal_capture"
    )


def rows(base: int) -> str:
    """Inserts a row for each case."""
    every = (*CASES, *LONG_CASES)
    return ";".join(f"INSERT INTO kinds (id, {c.column}) VALUES ({base + c.number}, {c.literal})" for c in every)


def changes(base: int, moved: int) -> str:
    """Changes another column of each row, then its key."""
    of = f"WHERE id >= {base} AND id < {base + len(CASES) + len(LONG_CASES)}"
    return f"UPDATE kinds SET touched = 1 {of}; UPDATE kinds SET id = id - {base} + {moved} {of}"
