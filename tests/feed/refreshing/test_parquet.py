"""An extract in Parquet is the same extract: its rows are those of the same tables in CSV, whatever types they have."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet as pq

from services.feed.ways.extract import parquet
from services.feed.ways.extract.manifest import read
from services.feed.ways.extract.reading import ExtractReading
from services.feed.ways.extract.refused import ExtractRefused
from services.feed.ways.extract.signing import sign
from tests.feed.extracts import COLUMNS, FIRST, SSD, Rows, council, lay_down

NOW = FIRST + timedelta(hours=1)


def rows_of(folder: Path) -> list[Any]:
    reading = ExtractReading(read(folder, SSD.source, NOW), SSD.source)
    return [row for batch in reading.batches() for row in batch]


def lay_down_parquet(folder: Path, tables: dict[str, Rows], typed: bool = False) -> Path:
    """`typed`: dates as dates, and not as texts."""
    folder.mkdir()
    for name, rows in tables.items():
        columns = {column: [_cell(column, row[column], typed) for row in rows] for column in COLUMNS[name]}
        pq.write_table(
            pa.table({c: pa.array(cells, None if any(cells) else pa.string()) for c, cells in columns.items()}),
            folder / f"{name}.parquet",
        )
    sign(folder, SSD.source, FIRST, NOW)
    return folder


def _cell(column: str, text: str, typed: bool) -> object:
    if text in ("", "NULL"):
        return None
    return (
        datetime.fromisoformat(text)
        if typed and ("date" in column or column in ("born", "starts", "pers_dob"))
        else text
    )


@pytest.mark.parametrize("typed", [False, True])
def test_a_council_in_parquet_is_the_same_as_in_csv(tmp_path: Path, typed: bool) -> None:
    tables = council(40)
    tables["restricted"] = [{"pers_person_id": "3", "restricted": "Y"}]
    written = rows_of(lay_down(tmp_path / "csv", tables, FIRST))
    packed = rows_of(lay_down_parquet(tmp_path / "parquet", tables, typed))
    assert [SSD.way.decode(row.body, SSD.source.tables[row.table]) for row in packed] == [
        SSD.way.decode(row.body, SSD.source.tables[row.table]) for row in written
    ]
    assert [(row.table, row.key, row.owner) for row in packed] == [(row.table, row.key, row.owner) for row in written]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pa.array(["a", None, ""]), ["a", "", ""]),
        (pa.array([7, None, -1]), ["7", "", "-1"]),
        (
            pa.array([7.0, None, float("nan"), 12345678901.0, 1.5, 2.0**60]),
            ["7", "", "", "12345678901", "1.5", "1.152921504606847e+18"],
        ),
        (pa.array([Decimal("7"), None], pa.decimal128(18, 0)), ["7", ""]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([date(2024, 12, 10), None]), ["2024-12-10", ""]),
        (pa.array([datetime(2024, 12, 10)], pa.timestamp("ns")), ["2024-12-10 00:00:00.000000000"]),
        (pa.array([datetime(2024, 12, 10)], pa.timestamp("s")), ["2024-12-10 00:00:00.000"]),
        (pa.array([["A1", "B2"], [], None]), ["A1;B2", "", ""]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.nulls(2), ["", ""]),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else "",
)
def test_a_cell_is_the_text_that_it_is_in_a_csv_file(tmp_path: Path, cells: pa.Array, texts: list[str]) -> None:
    pq.write_table(pa.table({"Other": cells, " One": cells}), tmp_path / "one.parquet")
    with (tmp_path / "one.parquet").open("rb") as file:
        assert [row for (row,) in parquet.rows(file, ["one"], "one.parquet")] == texts


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def without(path: Path) -> None:
    pq.write_table(pa.table({"role_id": ["ASW"]}), path)


def twice(path: Path) -> None:
    pq.write_table(pa.table({"role_id": ["ASW"], "role_means": ["lead"], "ROLE_MEANS": ["none"]}), path)


def no_text(path: Path) -> None:
    pq.write_table(pa.table({"role_id": ["ASW"], "role_means": [b"\xff"]}), path)


def long(path: Path) -> None:
    pq.write_table(pa.table({"role_id": ["A" * 200_000], "role_means": ["lead"]}), path)


def another(path: Path) -> None:
    pq.write_table(pa.table({"role_id": ["NEW"], "role_means": ["lead"]}), path)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (cut, "roles.parquet is no Parquet file, is broken, or was not copied whole"),
        (lambda path: path.write_bytes(b""), "is no Parquet file"),
        (lambda path: path.write_text("role_id,role_means\n"), "is no Parquet file"),
        (without, "roles.parquet has no column role_means"),
        (twice, "roles.parquet has the column role_means twice"),
        (no_text, "is no Parquet file"),
        (long, "roles.parquet has a cell that is too long"),
        (another, "roles.parquet is not the file that the manifest lists"),
    ],
)
def test_a_broken_one_is_refused_with_a_sentence(tmp_path: Path, broken: Callable[[Path], object], told: str) -> None:
    folder = lay_down_parquet(tmp_path / "extract", council(3))
    broken(folder / "roles.parquet")
    with pytest.raises(ExtractRefused) as refused:
        rows_of(folder)
    assert any(told in sentence for sentence in refused.value.sentences), refused.value.sentences


def test_one_table_in_two_forms_is_refused(tmp_path: Path) -> None:
    folder = lay_down(tmp_path / "extract", council(3), FIRST)
    manifest = folder / "manifest.json"
    entry = '{"file": "pupil.parquet", "rows": 1, "sha256": "%s"}' % ("0" * 64)
    manifest.write_text(manifest.read_text().replace('"files": [', f'"files": [{entry}, '))
    shutil.copy(folder / "pupil.csv", folder / "pupil.parquet")
    with pytest.raises(ExtractRefused) as refused:
        read(folder, SSD.source, NOW)
    assert "The manifest lists pupil.csv twice." in refused.value.sentences


def test_where_nothing_reads_parquet_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = lay_down_parquet(tmp_path / "extract", council(3))
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(ExtractRefused) as refused:
        rows_of(folder)
    assert "this installation reads CSV alone" in refused.value.sentences[0]
