"""The fuse: a refresh that would close, move or drop too much waits for a person. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.feed.source import Body, Table


class Fuse(NamedTuple):
    """More than this share, and at least so many rows, hold a refresh; and the loss of all, if they are two or more."""

    share: float
    rows: int

    def blows(self, changed: int, before: int) -> bool:
        return (changed == before >= 2) or (changed >= self.rows and changed > self.share * before)


@dataclass(slots=True)
class TableTally:
    """What a refresh would change in one table. `filled`: rows that have something in each column that is watched."""

    before: int = 0
    open: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    new: int = 0
    gone: int = 0
    closed: int = 0
    changed: int = 0
    moved: Counter[str] = field(default_factory=Counter)

    def add(self, table: Table, rows: Mapping[str | None, int]) -> None:
        """Rows as they are kept: how many (None), and how many with something in each watched column."""
        before = rows.get(None, 0)
        self.before += before
        self.open += before - rows.get(table.ends, 0) if table.ends else 0
        self.filled.update({column: number for column, number in rows.items() if column})

    def note(self, table: Table, was: Body | None, now: Body | None) -> None:
        """One row that differs: as it is kept, and as it would be; None: it is not there."""
        if was is None or now is None:
            self.new += was is None
            self.gone += now is None
            return
        self.changed += 1
        if table.ends and was.get(table.ends) is None and now.get(table.ends) is not None:
            self.closed += 1
        for column in table.moves:
            if was.get(column) is not None and was[column] != now.get(column):
                self.moved[column] += 1


def held(tables: Mapping[str, Table], tallies: Mapping[str, TableTally], fuse: Fuse) -> Iterator[str]:
    """Why the refresh waits, in sentences; none: it does not."""
    for name, tally in tallies.items():
        if fuse.blows(tally.gone, tally.before):
            yield f"{_of(tally.gone, tally.before)} of {name} would be gone."
        if fuse.blows(tally.closed, tally.open):
            yield f"{_of(tally.closed, tally.open)} of {name} that are open would be closed ({tables[name].ends})."
        for column, moved in sorted(tally.moved.items()):
            if fuse.blows(moved, tally.filled[column]):
                yield f"{_of(moved, tally.filled[column])} of {name} would have another {column}, or none."


def _of(changed: int, before: int) -> str:
    return f"{changed:,} of {before:,} rows ({changed / before:.0%})"
