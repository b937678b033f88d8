"""Reads one Parquet file of an extract, some rows at a time, as the texts that the same rows are in a CSV file.

pyarrow reads it, which is large: it is installed where a council gives Parquet (the extra `parquet`), and is asked for
only then.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from math import isnan
from typing import IO, Any

from services.feed.ways.extract.refused import ExtractRefused

AT_ONCE = 2_000
CELL_MAX = 131_072
"""Characters of a cell, as in a CSV file."""
EXACT = 2**53


def rows(file: IO[bytes], columns: Sequence[str], name: str) -> Iterator[list[str]]:
    """The cells of these columns, in their order; empty for nothing. Raises ExtractRefused."""
    if find_spec("pyarrow") is None:
        raise ExtractRefused(
            f"{name} is Parquet, and this installation reads CSV alone: install pyarrow beside it (README of the feed),"
            " or export CSV."
        )
    from pyarrow import ArrowException  # type: ignore[import-untyped]
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    try:
        opened = ParquetFile(file)
        wanted = _named(opened.schema_arrow.names, columns, name)
        for batch in opened.iter_batches(batch_size=AT_ONCE, columns=wanted):
            texts = [_texts(batch.column(batch.schema.get_field_index(column))) for column in wanted]
            if any(len(text) > CELL_MAX for column in texts for text in column):
                raise ExtractRefused(f"{name} has a cell that is too long.")
            yield from map(list, zip(*texts, strict=True))
    except (ArrowException, OSError, UnicodeError):
        raise ExtractRefused(f"{name} is no Parquet file, is broken, or was not copied whole.") from None


def _named(present: Sequence[str], columns: Sequence[str], name: str) -> list[str]:
    """The file's own names for these columns."""
    found = [[one for one in present if one.strip().lower() == column.lower()] for column in columns]
    if missing := [column for column, names in zip(columns, found, strict=True) if not names]:
        raise ExtractRefused(f"{name} has no column {', '.join(missing)}.")
    if twice := [column for column, names in zip(columns, found, strict=True) if len(names) > 1]:
        raise ExtractRefused(f"{name} has the column {', '.join(twice)} twice.")
    return [names[0] for names in found]


def _texts(cells: Any) -> list[str]:
    """A column as it would stand in a CSV file: dates as 2024-12-10, whole numbers without a point."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_floating(cells.type):
        return [_number(value) for value in cells.to_pylist()]
    if pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
        cells = compute.binary_join(cells.cast(pa.list_(pa.string())), ";")
    return [text or "" for text in cells.cast(pa.string()).to_pylist()]


def _number(value: float | None) -> str:
    """pandas writes whole numbers of which some are missing as these; from EXACT on digits are lost already."""
    if value is None or isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else str(value)
