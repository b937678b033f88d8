"""Rows as the arrays that `unnest` takes: many rows in one statement."""

from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[object]], width: int = 0) -> list[list[object]]:
    """One list for each column; `width` empty ones where there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
