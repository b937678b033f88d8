"""What a change in the source is, which of two is newer, and when enough is known to say anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

Kind = Literal["child", "worker", "team", "freshness"]
Phase = Literal["waiting", "missed", "reading", "sweeping", "live"]
Body = dict[str, Any]

EPOCH_BITS = 40
"""Revisions below the epoch: a million million of them."""


class Subject(NamedTuple):
    """Somebody or something whose state is said, by its key in the source."""

    kind: Kind
    key: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the source as it is after a change, or as a snapshot read it. `body` None: it is deleted.

    `key` None: the whole table was emptied. `lsn` is the position in the source's log: of the change itself, or, in a
    snapshot, where the snapshot was read.
    """

    table: str
    key: int | None
    body: Body | None
    lsn: int
    offset: int
    snapshot: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the fold stands.

    waiting: no snapshot was seen. missed: nor will one be that can be trusted: changes are streamed already, or one is
    being read that was not `asked` for, on the slot of another; one must be asked for. reading: in the midst of one.
    sweeping: it was read whole; rows that it did not see are being taken out. live: what is kept is what the source
    has, and may be said.
    """

    phase: Phase = "waiting"
    generation: int = 0
    snapshot_lsn: int = 0
    began: int = -1
    epoch: int = 0
    derivation: int = 0
    asked: bool = False
    """The next new snapshot is the first on its slot."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it shall be kept. Of two for one key the one with the higher (generation, lsn) is newer.

    Within a generation a snapshot's rows have position 0: whatever is streamed after it was committed after it, also
    where a transaction began, and wrote its log, before the snapshot was read.
    """

    table: str
    key: int
    body: Body | None
    generation: int
    lsn: int

    def over(self, older: Row | None) -> Row:
        """This row on top of an earlier one: columns that the source left out as unchanged are taken from there."""
        if older is None or older.body is None or self.body is None:
            return self
        return replace(self, body={**older.body, **self.body})


@dataclass(frozen=True, slots=True)
class Emptied:
    """A whole table is empty from this position on."""

    table: str
    generation: int
    lsn: int


@dataclass(slots=True)
class Step:
    """Rows that can be kept in one statement, after a table was emptied or not."""

    emptied: Emptied | None
    rows: dict[tuple[str, int], Row]


def sort_out(cursor: Cursor, changes: Iterable[Change]) -> tuple[Cursor, list[Step]]:
    """What to keep of these changes, the newest of each key, and where the fold stands after them."""
    steps = [Step(None, {})]
    for change in changes:
        cursor = cursor_after(cursor, change)
        if is_stale(cursor, change):
            continue
        position = 0 if change.snapshot else change.lsn
        if change.key is None:
            steps.append(Step(Emptied(change.table, cursor.generation, position), {}))
            continue
        _keep(steps[-1].rows, Row(change.table, change.key, change.body, cursor.generation, position))
    return cursor, steps


def cursor_after(cursor: Cursor, change: Change) -> Cursor:
    """A snapshot record from further on begins a new generation; the last one, or any streamed change, ends reading.

    One that was not asked for is read after a crash, on the slot of another: at a position that Debezium asks for only
    when it has begun to read, so that a change committed in that moment is in neither the snapshot nor the stream.
    """
    if change.snapshot:
        if change.lsn > cursor.snapshot_lsn:
            cursor = replace(
                cursor,
                phase="reading" if cursor.asked else "missed",
                asked=False,
                generation=cursor.generation + 1,
                snapshot_lsn=change.lsn,
                began=change.offset,
            )
        over = change.last and change.lsn == cursor.snapshot_lsn
    else:
        over = not is_stale(cursor, change)
        if cursor.phase == "waiting":
            return replace(cursor, phase="missed")
    return replace(cursor, phase="sweeping") if over and cursor.phase == "reading" else cursor


def is_stale(cursor: Cursor, change: Change) -> bool:
    """Whether it was said before the current snapshot was read: an older snapshot, or an older part of the topic."""
    return change.lsn < cursor.snapshot_lsn and (change.snapshot or change.offset < cursor.began)


def _keep(rows: dict[tuple[str, int], Row], row: Row) -> None:
    older = rows.get((row.table, row.key))
    if older is None or (older.generation, older.lsn) <= (row.generation, row.lsn):
        rows[row.table, row.key] = row.over(older)


def next_revision(stored: int, epoch: int) -> int:
    """One more than any said before: the epoch in the high bits, a counter below."""
    return max(stored, epoch << EPOCH_BITS) + 1
