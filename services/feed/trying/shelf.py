"""A file of rows, for as long as an extract is tried: a council's rows do not fit into memory, and nothing is kept."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from services.feed.linking.domain import LinkRecord, from_json, to_json
from services.feed.source import Body, Side
from services.feed.ways.extract.reading import ReadRow

TABLES = """
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    CREATE TABLE row (source_table TEXT, key TEXT, owner TEXT, body TEXT);
    CREATE TABLE record (key TEXT PRIMARY KEY, side TEXT, described TEXT) WITHOUT ROWID;
    CREATE TABLE found_by (text TEXT, key TEXT);
"""
INDEXES = "CREATE INDEX row_owner ON row (owner); CREATE INDEX found_by_text ON found_by (text, key);"

Kept = tuple[str, str, str | None, Body]
"""A row's table, key, owner and cells."""


class Shelf:
    """In a `with`, at whose end the file is gone. First everything is added, then it is `sorted`, then looked at."""

    def __enter__(self) -> "Shelf":
        self._folder = TemporaryDirectory(prefix="portal-extract-")
        self._file = sqlite3.connect(Path(self._folder.name) / "rows", isolation_level=None)
        self._file.executescript(TABLES)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._folder.cleanup()

    def add(self, rows: Iterable[ReadRow]) -> None:
        made = ((row.table, row.key, row.owner, json.dumps(row.body)) for row in rows)
        self._file.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", made)

    def describe(self, records: Collection[LinkRecord], texts: Iterable[tuple[str, str]]) -> None:
        """Children's records, and (text, key) by which they are found."""
        made = ((one.key, one.side, json.dumps(to_json(one.described))) for one in records)
        self._file.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", made)
        self._file.executemany("INSERT INTO found_by VALUES (?, ?)", texts)

    def sorted(self) -> None:
        self._file.executescript(INDEXES)

    def records(self, side: Side) -> Iterator[LinkRecord]:
        for key, which, described in self._file.execute("SELECT * FROM record WHERE side = ? ORDER BY key", (side,)):
            yield LinkRecord(key, which, from_json(json.loads(described)))

    def found(self, texts: Collection[str]) -> Iterator[LinkRecord]:
        """The records that are found under one of these texts."""
        marks = ", ".join("?" * len(texts))
        sql = f"SELECT * FROM record WHERE key IN (SELECT key FROM found_by WHERE text IN ({marks}))"  # noqa: S608
        for key, side, described in self._file.execute(sql, tuple(texts)).fetchall():
            yield LinkRecord(key, side, from_json(json.loads(described)))

    def owners(self) -> Iterator[str]:
        yield from (key for (key,) in self._file.execute("SELECT DISTINCT owner FROM row WHERE owner IS NOT NULL"))

    def about(self, owners: Collection[str]) -> list[Kept]:
        """The rows about these."""
        marks = ", ".join("?" * len(owners))
        return self._kept(f"SELECT * FROM row WHERE owner IN ({marks})", tuple(owners))  # noqa: S608

    def of(self, table: str) -> list[Kept]:
        """The rows of a small table."""
        return self._kept("SELECT * FROM row WHERE source_table = ?", (table,))

    def _kept(self, sql: str, values: tuple[str, ...]) -> list[Kept]:
        return [(table, key, owner, json.loads(body)) for table, key, owner, body in self._file.execute(sql, values)]
