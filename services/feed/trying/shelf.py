"""A file of rows, for as long as an extract is tried: a council's rows do not fit into memory, and nothing is kept."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from services.feed.source import Body
from services.feed.ways.extract.reading import ReadRow

TABLES = """
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    CREATE TABLE row (source_table TEXT, key TEXT, owner TEXT, body TEXT);
"""
INDEXES = "CREATE INDEX row_owner ON row (owner);"

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

    def sorted(self) -> None:
        self._file.executescript(INDEXES)

    def owners(self) -> Iterator[str]:
        yield from (key for (key,) in self._file.execute("SELECT DISTINCT owner FROM row WHERE owner IS NOT NULL"))

    def about(self, owners: Collection[str]) -> list[Kept]:
        """The rows about these."""
        marks = ", ".join("?" * len(owners))
        return list(self._kept(f"SELECT * FROM row WHERE owner IN ({marks})", tuple(owners)))  # noqa: S608

    def of(self, table: str) -> Iterator[Kept]:
        """The rows of a table."""
        return self._kept("SELECT * FROM row WHERE source_table = ?", (table,))

    def _kept(self, sql: str, values: tuple[str, ...]) -> Iterator[Kept]:
        for table, key, owner, body in self._file.execute(sql, values):
            yield table, key, owner, json.loads(body)
