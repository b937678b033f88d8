"""Tables read where they lie are the extract that their files would be: of one moment, and nothing but what is read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.operate.tables import read_tables
from deploy.trouble import Trouble
from services.feed.ways.extract.manifest import read
from services.feed.ways.extract.reading import ExtractReading
from tests.feed.extracts import COLUMNS, SSD, council, lay_down
from tests.support.databases import Clone

AT = datetime(2026, 1, 5, 2, tzinfo=UTC)
NOW = datetime.now(UTC)
TABLES = [name for name in COLUMNS if name.startswith("ssd_")]


def filled(name: str) -> str:
    """SQL that makes a table and fills it."""
    typed = [f"{c} {'timestamp' if 'date' in c or c == 'pers_dob' else 'text'}" for c in COLUMNS[name]]
    rows = [
        ", ".join("NULL" if row[c] in ("NULL", "") else f"'{row[c]}'" for c in COLUMNS[name])
        for row in council(40)[name]
    ]
    values = f"; INSERT INTO reporting.{name} VALUES {', '.join(f'({row}, $$seen$$)' for row in rows)}" if rows else ""
    return f"CREATE TABLE reporting.{name} ({', '.join(typed)}, plan text){values}"


@pytest.fixture
async def reporting(database: Callable[..., Awaitable[Clone]]) -> Clone:
    """A database with the dataset's tables, and columns besides that nobody may read."""
    made = await database("feed")
    await made.execute(f"CREATE SCHEMA reporting; {'; '.join(map(filled, TABLES))}")
    return made


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """The lists, and the council's pupils, as files."""
    tables = {name: rows for name, rows in council(40).items() if name not in TABLES}
    return lay_down(tmp_path / "lists", tables, AT)


def pulled(folder: Path, lists: Path, dsn: str) -> str:
    words = ["source", "pull", str(folder), "--lists", str(lists), "--schema", "reporting"]
    words += ["--complete-to", AT.replace(tzinfo=None).isoformat()]
    done = CliRunner().invoke(app, words, env={"PORTAL_EXTRACT_URL": dsn})
    return str(done.exception) if done.exit_code else done.output


def rows_of(folder: Path) -> list[tuple[object, ...]]:
    reading = ExtractReading(read(folder, SSD.source, NOW), SSD.source)
    return sorted(
        (row.table, row.key, row.owner, str(SSD.way.decode(row.body, SSD.source.tables[row.table])))
        for batch in reading.batches() for row in batch
    )  # fmt: skip


async def test_they_are_the_same_extract_as_their_files(reporting: Clone, lists: Path, tmp_path: Path) -> None:
    said = await asyncio.to_thread(pulled, tmp_path / "pulled", lists, reporting.owner_dsn)
    assert "6 tables are read, 124 rows." in said
    assert rows_of(tmp_path / "pulled") == rows_of(lay_down(tmp_path / "files", council(40), AT))
    assert not [path for path in (tmp_path / "pulled").iterdir() if "seen" in path.read_text()]


async def test_what_is_emptied_meanwhile_is_as_it_was_when_the_first_was_read(
    reporting: Clone, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nightly job empties and fills table after table."""
    copy = asyncpg.Connection.copy_from_query
    copied: list[str] = []

    async def slow(self: Any, query: str, **words: Any) -> str:
        if not copied:
            await reporting.execute('DELETE FROM reporting."ssd_person"')
        copied.append(query)
        return str(await copy(self, query, **words))

    monkeypatch.setattr(asyncpg.Connection, "copy_from_query", slow)
    rows = await read_tables(reporting.owner_dsn, "reporting", SSD.source, lists, tmp_path / "pulled")
    assert (rows["ssd_person"], len(copied)) == (40, 6)


async def test_what_cannot_be_read_is_said_in_a_sentence(reporting: Clone, lists: Path, tmp_path: Path) -> None:
    await reporting.execute('ALTER TABLE reporting."ssd_person" DROP COLUMN pers_upn')
    said = await asyncio.to_thread(pulled, tmp_path / "one", lists, reporting.owner_dsn)
    assert 'column "pers_upn" does not exist' in said
    await reporting.execute('DROP TABLE reporting."ssd_person"')
    said = await asyncio.to_thread(pulled, tmp_path / "two", lists, reporting.owner_dsn)
    assert "There is no ssd_person.csv" in said
    assert "is there already" in await asyncio.to_thread(pulled, tmp_path / "two", lists, reporting.owner_dsn)


async def test_without_a_dsn_nothing_is_tried(lists: Path, tmp_path: Path) -> None:
    assert "Set PORTAL_EXTRACT_URL" in await asyncio.to_thread(pulled, tmp_path / "pulled", lists, "")
    with pytest.raises(Trouble, match="could not be read"):
        await read_tables("postgresql://nobody@127.0.0.1:1/none", "public", SSD.source, lists, tmp_path / "other")
