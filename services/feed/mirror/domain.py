"""Which of two changes of a row is newer, what is kept of it, and when enough is known to emit anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from services.feed.emitting.domain import MissingColumn
from services.feed.source import Body, Place, Table
from services.feed.way import RowChange, UnreadableChange

Phase = Literal["waiting", "missed", "reading", "sweeping", "live"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the source has been read.

    waiting: no snapshot was seen. missed: nor will one be that can be trusted: changes are streamed already, or one is
    being read that was not `asked` for, on the slot of another; one must be asked for. reading: in the midst of one.
    sweeping: it was read whole; rows that it did not see are being taken out. live: what is kept is what the source
    has, and may be emitted.

    `source`: the name of the source whose rows are kept here.
    """

    source: str
    phase: Phase = "waiting"
    generation: int = 0
    snapshot_position: int = 0
    began: int = -1
    epoch: int = 0
    derivation: int = 0
    asked: bool = False
    """The next new snapshot is the first on its slot."""


@dataclass(slots=True)
class Cursors:
    """How far each source has been read, by its name; of a source that is read alone there is one."""

    of: dict[str, Cursor]

    @property
    def live(self) -> bool:
        """Whether anything may be emitted. While one source is read, what it has is half of it, and may be of any
        child: so the others wait for it."""
        return all(cursor.phase == "live" for cursor in self.of.values())

    @property
    def epoch(self) -> int:
        return max(cursor.epoch for cursor in self.of.values())

    @property
    def sweeping(self) -> Cursor | None:
        """One that was read whole, and of which the rows that are gone are being taken out."""
        return next((cursor for cursor in self.of.values() if cursor.phase == "sweeping"), None)


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """A row as it is to be kept. Of two for one key the one with the higher (generation, position) is newer.

    Within a generation a snapshot's rows have position 0: whatever is streamed after it was committed after it, also
    where a transaction began, and wrote its log, before the snapshot was read.

    `borrows`: columns whose value is that of an earlier row, each with that row's key (its own, or another's from which
    it moved). A deleted row that moved keeps its body, for the one that it moved to may come in a later batch.

    `about`: the person whom it is about, as it says itself, or an earlier one of the same batch where it does not.
    """

    table: str
    key: str
    body: Body
    generation: int
    position: int
    deleted: bool = False
    moved: bool = False
    borrows: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None

    def after(self, older: MirrorRow | None) -> MirrorRow:
        """This row, with what it borrows from an earlier one of the same batch."""
        if older is None:
            return self
        ends = self.deleted and not self.moved
        return replace(self, about=older.about if self.about is None and not ends else self.about)._lent(older)

    def _lent(self, older: MirrorRow) -> MirrorRow:
        if not (self.borrows or self.moved):
            return self
        if self.moved:
            return replace(self, body=older.body, borrows=older.borrows)
        if older.moved and not older.body:
            return self  # what it was is kept, and not in this batch
        found = {column: older.body[column] for column in self.borrows if column in older.body}
        further = {column: older.borrows[column] for column in self.borrows if column in older.borrows}
        return replace(self, body={**self.body, **found}, borrows=further)

    def filled(self, kept: Mapping[Place, Body]) -> MirrorRow:
        """This row, with what it borrows from rows that are kept. What is nowhere stays missing, and is doubted."""
        if self.moved and not self.body:
            return replace(self, body=kept.get((self.table, self.key), {}))
        at = {column: kept.get((self.table, key), {}) for column, key in self.borrows.items()}
        found = {column: body[column] for column, body in at.items() if column in body}
        return replace(self, body={**self.body, **found}, borrows={})

    def lends(self) -> set[Place]:
        """The kept rows that are needed to fill this one."""
        own = {(self.table, self.key)} if self.moved and not self.body else set()
        return own | {(self.table, key) for key in self.borrows.values()}


@dataclass(frozen=True, slots=True)
class Emptied:
    """A whole table is empty from this position on."""

    table: str
    generation: int
    position: int


@dataclass(slots=True)
class KeepStep:
    """Rows that can be kept in one statement, after a table was emptied or not."""

    emptied: Emptied | None
    rows: dict[Place, MirrorRow]


def sort_out(
    cursor: Cursor, changes: Iterable[RowChange], tables: Mapping[str, Table]
) -> tuple[Cursor, list[KeepStep]]:
    """What to keep of these changes, the newest of each key, and how far the source has been read after them."""
    steps = [KeepStep(None, {})]
    for change in changes:
        cursor = cursor_after(cursor, change)
        if is_stale(cursor, change):
            continue
        position = 0 if change.snapshot else change.position
        if change.key is None:
            steps.append(KeepStep(Emptied(change.table, cursor.generation, position), {}))
            continue
        about = tables[change.table].owner_in(change.body or {})
        row = replace(_row(change, change.key, cursor.generation, position), about=about)
        _keep(steps[-1].rows, row, change.was)
    return cursor, steps


def _row(change: RowChange, key: str, generation: int, position: int) -> MirrorRow:
    lender = key if change.was is None else change.was
    borrows = dict.fromkeys(sorted(change.unchanged), lender)
    gone = change.body is None
    return MirrorRow(change.table, key, change.body or {}, generation, position, gone, change.moved and gone, borrows)


def cursor_after(cursor: Cursor, change: RowChange) -> Cursor:
    """A snapshot record from further on begins a new generation; the last one, or any streamed change, ends reading.

    One that was not asked for is read after a crash, on the slot of another: at a position that is asked for only when
    reading has begun, so that a change committed in that moment is in neither the snapshot nor the stream.
    """
    if change.snapshot:
        if change.position > cursor.snapshot_position:
            cursor = replace(
                cursor,
                phase="reading" if cursor.asked else "missed",
                asked=False,
                generation=cursor.generation + 1,
                snapshot_position=change.position,
                began=change.offset,
            )
        over = change.last and change.position == cursor.snapshot_position
    else:
        over = not is_stale(cursor, change)
        if cursor.phase == "waiting":
            return replace(cursor, phase="missed")
    return replace(cursor, phase="sweeping") if over and cursor.phase == "reading" else cursor


def is_stale(cursor: Cursor, change: RowChange) -> bool:
    """Whether it is from before the current snapshot: of an older snapshot, or of an older part of the topic."""
    return change.position < cursor.snapshot_position and (change.snapshot or change.offset < cursor.began)


def _keep(rows: dict[Place, MirrorRow], row: MirrorRow, was: str | None) -> None:
    older = rows.get((row.table, row.key))
    if older is None or (older.generation, older.position) <= (row.generation, row.position):
        rows[row.table, row.key] = row.after(older if was is None else rows.get((row.table, was)))


def shape_of(
    cursor: Cursor, changes: Iterable[RowChange | UnreadableChange], tables: Mapping[str, Table]
) -> tuple[set[MissingColumn], set[str]]:
    """Columns that records of whole rows lack or have as another type, and the tables whose newest streamed record is
    as it is expected.

    Of a change that cannot even be placed the key is what is missing; and a column that says whose a row is counts as
    missing where it holds what is no key. What is from before the current snapshot is passed over.
    """
    missing: set[MissingColumn] = set()
    whole: set[str] = set()
    for change in changes:
        table = tables[change.table]
        if isinstance(change, UnreadableChange):
            lacks = _broken(change.table, table.key if change.offset >= cursor.began else ())
        elif change.body is None or is_stale(cursor, change):
            continue
        else:
            absent = table.columns.keys() - change.body.keys() - change.unchanged | table.no_keys(change.body)
            lacks = _broken(change.table, absent - change.other_types)
            lacks |= _broken(change.table, change.other_types, "other_type")
            if not lacks and not change.snapshot:
                whole.add(change.table)
        missing |= lacks
        if lacks:
            whole.discard(change.table)
    return missing, whole


def _broken(table: str, columns: Iterable[str], why: str = "missing") -> set[MissingColumn]:
    return {MissingColumn(table, column, why) for column in columns}
