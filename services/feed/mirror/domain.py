"""What a change in the source is, which of two is newer, and when enough is known to say anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

Kind = Literal["child", "worker", "team", "freshness"]
Phase = Literal["waiting", "missed", "reading", "sweeping", "live"]
Body = dict[str, Any]

KEY = "id"
"""The key of every captured table."""

BIGINT = 2**63

EPOCH_BITS = 40
"""Revisions below the epoch: a million million of them."""


def key_of(value: object) -> int | None:
    """A key as it is kept: a whole number of 64 bits; None for anything else."""
    fits = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
    return value if fits and isinstance(value, int) else None


class Subject(NamedTuple):
    """Somebody or something whose state is said, by its key in the source."""

    kind: Kind
    key: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the source as it is after a change, or as a snapshot read it. `body` None: it is deleted.

    `key` None: the whole table was emptied. `lsn` is the position in the source's log: of the change itself, or, in a
    snapshot, where the snapshot was read. `unchanged` names columns that are as they were and were not sent again.
    A row whose key changes is deleted (`moved`) and made again under its new key, which says what it `was`.
    """

    table: str
    key: int | None
    body: Body | None
    lsn: int
    offset: int
    snapshot: bool = False
    last: bool = False
    unchanged: frozenset[str] = frozenset()
    was: int | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A change of a row of which not even the key or the position can be read."""

    table: str
    offset: int


class Missing(NamedTuple):
    """A column that the source does not send any more."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


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

    `borrows`: columns whose value is that of an earlier row, each with that row's key (its own, or another's from which
    it moved). A deleted row that moved keeps its body, for the one that it moved to may come in a later batch.

    `about`: the person whom it is about, as it says itself, or an earlier one of the same batch where it does not.
    """

    table: str
    key: int
    body: Body
    generation: int
    lsn: int
    deleted: bool = False
    moved: bool = False
    borrows: Mapping[str, int] = field(default_factory=dict)
    about: int | None = None

    def after(self, older: Row | None) -> Row:
        """This row, with what it borrows from an earlier one of the same batch."""
        if older is None:
            return self
        ends = self.deleted and not self.moved
        return replace(self, about=older.about if self.about is None and not ends else self.about)._lent(older)

    def _lent(self, older: Row) -> Row:
        if not (self.borrows or self.moved):
            return self
        if self.moved:
            return replace(self, body=older.body, borrows=older.borrows)
        if older.moved and not older.body:
            return self  # what it was is kept, and not in this batch
        found = {column: older.body[column] for column in self.borrows if column in older.body}
        further = {column: older.borrows[column] for column in self.borrows if column in older.borrows}
        return replace(self, body={**self.body, **found}, borrows=further)

    def filled(self, kept: Mapping[tuple[str, int], Body]) -> Row:
        """This row, with what it borrows from rows that are kept. What is nowhere stays missing, and is doubted."""
        if self.moved and not self.body:
            return replace(self, body=kept.get((self.table, self.key), {}))
        at = {column: kept.get((self.table, key), {}) for column, key in self.borrows.items()}
        found = {column: body[column] for column, body in at.items() if column in body}
        return replace(self, body={**self.body, **found}, borrows={})

    def lends(self) -> set[tuple[str, int]]:
        """The kept rows that are needed to fill this one."""
        own = {(self.table, self.key)} if self.moved and not self.body else set()
        return own | {(self.table, key) for key in self.borrows.values()}


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


def sort_out(cursor: Cursor, changes: Iterable[Change], owners: Mapping[str, str]) -> tuple[Cursor, list[Step]]:
    """What to keep of these changes, the newest of each key, and where the fold stands after them.

    `owners`: by table, the column that says about which person a row is.
    """
    steps = [Step(None, {})]
    for change in changes:
        cursor = cursor_after(cursor, change)
        if is_stale(cursor, change):
            continue
        position = 0 if change.snapshot else change.lsn
        if change.key is None:
            steps.append(Step(Emptied(change.table, cursor.generation, position), {}))
            continue
        about = key_of((change.body or {}).get(owners.get(change.table, "")))
        row = replace(_row(change, change.key, cursor.generation, position), about=about)
        _keep(steps[-1].rows, row, change.was)
    return cursor, steps


def _row(change: Change, key: int, generation: int, position: int) -> Row:
    lender = key if change.was is None else change.was
    borrows = dict.fromkeys(sorted(change.unchanged), lender)
    deleted = change.body is None
    return Row(change.table, key, change.body or {}, generation, position, deleted, change.moved and deleted, borrows)


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


def _keep(rows: dict[tuple[str, int], Row], row: Row, was: int | None) -> None:
    older = rows.get((row.table, row.key))
    if older is None or (older.generation, older.lsn) <= (row.generation, row.lsn):
        rows[row.table, row.key] = row.after(older if was is None else rows.get((row.table, was)))


def shape_of(
    cursor: Cursor,
    changes: Iterable[Change | Unreadable],
    columns: Mapping[str, frozenset[str]],
    owners: Mapping[str, str],
) -> tuple[set[Missing], set[str]]:
    """Columns that records of whole rows lack, and the tables whose newest streamed record lacks nothing.

    Of a change that cannot even be placed the key is what is missing; and a column that says whose a row is (`owners`)
    is as good as missing where it holds what is no key. One that is empty is of a row that is nobody's. What was said
    before the current snapshot is passed over.
    """
    missing: set[Missing] = set()
    whole: set[str] = set()
    for change in changes:
        if isinstance(change, Unreadable):
            lacks = frozenset({KEY} if change.offset >= cursor.began else ())
        elif change.body is None or is_stale(cursor, change):
            continue
        else:
            lacks = columns[change.table] - change.body.keys() - change.unchanged
            owner = owners.get(change.table, KEY)
            if change.body.get(owner) is not None and key_of(change.body[owner]) is None:
                lacks |= {owner}
            if not lacks and not change.snapshot:
                whole.add(change.table)
        missing |= {Missing(change.table, column) for column in lacks}
        if lacks:
            whole.discard(change.table)
    return missing, whole


def next_revision(stored: int, epoch: int) -> int:
    """One more than any said before: the epoch in the high bits, a counter below."""
    return max(stored, epoch << EPOCH_BITS) + 1
