"""What must hold for every source: run for each folder of services/feed/sources, and for the tests' own tiny one."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from services.feed import sources
from services.feed.chosen import names
from services.feed.source import Source

MAY_IMPORT = (
    "services.feed.source", "services.feed.sources.cells", "services.feed.sources.parts", "services.feed.sources.rolls",
    "services.feed.sources.children",
    "services.feed.sources.reading", "services.feed.uploads", "shared.contracts", "shared.typed", "shared.upn",
)  # fmt: skip
"""Contracts and pure words: no SQL, no record, no clock, no way by which rows come."""

LIBRARIES = sys.stdlib_module_names | {"phonenumbers"}
BESIDE_OTHERS = {"directories"}
"""Those that are of no use alone."""
CLOCKS = {"now", "today", "utcnow", "time", "monotonic"}

MODULES = [f"services.feed.sources.{name}" for name in names("sources")] + [
    "tests.feed.sources.tiny",
    "tests.feed.sources.twofold",
]


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


@pytest.fixture
def source(module: ModuleType) -> Source:
    made: Source = module.source
    return made


def impure(text: str, own: str) -> Iterator[str]:
    """What a source's code imports or calls that it may not. `own`: its folder, as a module."""
    allowed = (*MAY_IMPORT, own)
    for node in ast.walk(ast.parse(text)):
        imported: list[str] = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield ast.unparse(node.func)
        for name in imported:
            if name.partition(".")[0] not in LIBRARIES and not f"{name}.".startswith(tuple(f"{a}." for a in allowed)):
                yield name


def files(module: ModuleType) -> list[Path]:
    return sorted(Path(str(module.__file__)).parent.glob("*.py"))


def test_a_source_imports_contracts_and_pure_words_only_and_reads_no_clock(module: ModuleType) -> None:
    for path in files(module):
        assert list(impure(path.read_text(encoding="utf-8"), module.__name__)) == [], path


@pytest.mark.parametrize("path", sorted(Path(sources.__path__[0]).glob("*.py")), ids=lambda path: path.name)
def test_what_all_sources_share_is_as_pure(path: Path) -> None:
    assert list(impure(path.read_text(encoding="utf-8"), "services.feed.sources.none")) == []


@pytest.mark.parametrize(
    "bad",
    [
        "import asyncpg", "from shared.database.tx import Tx", "from services.feed.ways.capture import way",
        "from services.feed.mirror import store", "from services.feed.sources.council import source",
        "import datetime\ndatetime.date.today()", "import time\ntime.time()",
    ],
)  # fmt: skip
def test_a_source_that_is_not_pure_is_found(bad: str) -> None:
    assert list(impure(bad, "services.feed.sources.mine"))


def test_a_source_is_called_as_its_folder(module: ModuleType, source: Source) -> None:
    assert source.name == module.__name__.rpartition(".")[2]


def test_no_kind_has_two_tables_and_every_key_is_of_columns_that_can_be_keys(source: Source) -> None:
    kinds = [table.kind for table in source.tables.values() if table.kind and table.side == "roll"]
    assert len(kinds) == len(set(kinds))
    assert "freshness" in kinds
    assert {"child", "worker", "team"} <= set(kinds) or source.name in BESIDE_OTHERS
    for name, table in source.tables.items():
        assert table.key, name
        for columns in (table.key, table.about, *table.refers):
            assert all(table.columns[column] in ("whole", "text") for column in columns), name


def test_children_come_from_two_tables_only_where_it_is_said_how_their_records_are_known_to_be_one_child_s(
    source: Source,
) -> None:
    second = [table.kind for table in source.tables.values() if table.side == "care" and table.kind]
    assert second in ([], ["child"])
    assert source.described or not second
    assert source.two_sided or {table.side for table in source.tables.values()} == {"roll"}


def test_every_row_but_staffs_and_the_heartbeats_is_about_a_child(source: Source) -> None:
    assert [name for name, table in source.tables.items() if not (table.owner or table.kind)] == []
    assert source.heartbeat.kind == "freshness"


def test_of_no_rows_nothing_is_derived(source: Source) -> None:
    assert source.derive([], {}, date(2026, 1, 5)) == ({}, set())
