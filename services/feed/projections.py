"""What the feed keeps of the source: every captured row as it is now; and what a change of one makes it say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.feed import commands, store
from services.feed.domain import Body, Change, Cursor, Row, Step, Subject, Unreadable, shape_of, sort_out
from services.feed.sources import council
from services.feed.sources.debezium import read
from shared.database.tx import Tx
from shared.log.record import Record
from shared.observe.logs import log
from shared.observe.metrics import metrics

AT_ONCE_MAX = 2_000  # more subjects than that in one batch are left to be caught up with

Places = Mapping[tuple[str, int], tuple[int | None, Body]]


async def fold(tx: Tx, records: Sequence[Record]) -> None:
    """Keep the newest of every row; say whose state that changes, in the same transaction.

    While a snapshot is being read nothing is said: a half-read one would say that a child has no case. What is no
    change of a captured row is counted and passed over.
    """
    changes = _captured(records)
    before = await store.cursor(tx)
    after, steps = sort_out(before, [change for change in changes if isinstance(change, Change)], council.OWNERS)
    if after.generation != before.generation:
        await store.forget_missing(tx, None)
    missing, whole = shape_of(after, changes, council.COLUMNS, council.OWNERS)
    if missing:
        await commands.note_missing(tx, after.epoch, missing)  # before the heartbeat of this batch is kept
    after = await _mended(tx, after, whole)
    if after != before:
        await store.put_cursor(tx, after)
    subjects = {subject for step in steps for subject in await _keep(tx, step)}
    await _tell(tx, after, subjects)


def _captured(records: Sequence[Record]) -> list[Change | Unreadable]:
    """The changes of captured rows; the rest is counted by what it is, but for the connector's own heartbeats."""
    changes: list[Change | Unreadable] = []
    for record in records:
        said = read(record)
        if isinstance(said, str):
            if said != "heartbeat":
                metrics.passed_over.labels(said).inc()
        elif said.table in council.TABLES_CAPTURED:
            changes.append(said)
        else:
            metrics.passed_over.labels("table").inc()
    return changes


async def _mended(tx: Tx, cursor: Cursor, whole: set[str]) -> Cursor:
    """Where columns that were missing come again, what changed meanwhile is not known: a new snapshot is needed."""
    missing, _ = await store.missing(tx)
    mended = {column.table for column in missing} & whole
    if not mended:
        return cursor
    log.warning("source columns are back", tables=sorted(mended))
    await store.forget_missing(tx, mended)
    return replace(cursor, phase="missed", asked=False)


async def _keep(tx: Tx, step: Step) -> set[Subject]:
    touched = await store.put_emptied(tx, step.emptied) if step.emptied else []
    if step.rows:
        rows, kept = await _filled(tx, sorted(step.rows.values(), key=lambda row: (row.table, row.key)))
        touched += await store.put_rows(tx, rows, [_owner(row, kept) for row in rows])
    return commands.touched_subjects(touched)


async def _filled(tx: Tx, rows: Sequence[Row]) -> tuple[list[Row], Places]:
    """These rows with what they borrow from others that are kept; and those others."""
    wanted = {place for row in rows for place in row.lends()}
    wanted |= {(row.table, row.key) for row in rows if not _says_whose(row)}
    kept = await store.kept(tx, wanted) if wanted else {}
    bodies = {place: body for place, (_, body) in kept.items()}
    return [row.filled(bodies) for row in rows], kept


def _says_whose(row: Row) -> bool:
    return row.deleted or row.table not in council.OWNERS or council.owner(row.table, row.body) is not None


def _owner(row: Row, kept: Places) -> int | None:
    """The person whom the row is about; where it does not say so (any more), the one whom it was about."""
    if row.deleted:
        return None
    if (says := council.owner(row.table, row.body)) is not None:
        return says
    was, _ = kept.get((row.table, row.key), (None, {}))
    return was if row.about is None else row.about


async def _tell(tx: Tx, cursor: Cursor, subjects: set[Subject]) -> None:
    others = subjects - {commands.HEARTBEAT}
    if commands.HEARTBEAT in subjects:
        await store.note_beat(tx)
    if cursor.phase == "live" and len(others) <= AT_ONCE_MAX:
        await commands.say(tx, cursor.epoch, others)
        if commands.HEARTBEAT in subjects:
            await commands.say_freshness(tx, cursor.epoch)
    elif others:
        await store.add_dirty(tx, others)
