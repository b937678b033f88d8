"""From raw records to rows that are kept, and, in the same transaction, to the states that they change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.feed.chosen import Chosen, from_environment
from services.feed.emitting import store as emitting
from services.feed.emitting.commands import emit, emit_freshness, note_missing
from services.feed.linking.commands import note_rows
from services.feed.metrics import metrics
from services.feed.mirror import store
from services.feed.mirror.domain import Cursor, Cursors, KeepStep, MirrorRow, shape_of, sort_out
from services.feed.several.strand import Strand
from services.feed.source import Body, Place, Source, Subject
from services.feed.way import RowChange, UnreadableChange
from shared.database.tx import Tx
from shared.log.record import Record
from shared.observe.logs import log

AT_ONCE_MAX = 2_000  # more subjects than that in one batch are left to be caught up with

KeptRows = Mapping[Place, tuple[str | None, Body]]


async def ingest(tx: Tx, records: Sequence[Record]) -> None:
    """Keep the newest of every row of the chosen source, and emit the states that it changes."""
    await ingest_from(from_environment(), tx, records)


async def ingest_from(chosen: Chosen, tx: Tx, records: Sequence[Record]) -> None:
    """The same of any source and way.

    While a snapshot is being read nothing is emitted: a half-read one would tell that a child has no case. What is no
    change of a captured row is counted and passed over.
    """
    cursors = await store.cursors(tx, chosen)
    subjects: set[Subject] = set()
    for strand, changes in _captured(chosen, records):
        subjects |= await _ingest(tx, chosen, strand, cursors, changes)
    await _tell(tx, chosen, cursors, subjects)


async def _ingest(
    tx: Tx, chosen: Chosen, strand: Strand, cursors: Cursors, changes: Sequence[RowChange | UnreadableChange]
) -> set[Subject]:
    """Keep what has changed in one source; return the subjects whose state that can change."""
    tables, before = chosen.source.tables, cursors.of[strand.name]
    after, steps = sort_out(before, [change for change in changes if isinstance(change, RowChange)], tables)
    if after.generation != before.generation:
        await emitting.forget_missing(tx, strand.tables if chosen.several else None)
    missing, whole = shape_of(after, changes, tables)
    if missing:
        await note_missing(tx, chosen, cursors.epoch, missing)  # before the heartbeat of this batch is kept
    after = await _mended(tx, after, whole)
    if after != before:
        await store.put_cursor(tx, after)
        cursors.of[strand.name] = after
    touched = [one for step in steps for one in await _keep(tx, chosen, step)]
    if any((one.table, one.key) == strand.beat for one in touched):
        await store.note_beat(tx, strand.name)
    return touched_subjects(chosen.source, touched)


def _captured(chosen: Chosen, records: Sequence[Record]) -> list[tuple[Strand, list[RowChange | UnreadableChange]]]:
    """The changes of captured rows, by source; what else comes is counted by what it is."""
    streams = [strand for strand in chosen.strands if strand.way.streams]
    changes: dict[str, list[RowChange | UnreadableChange]] = {strand.name: [] for strand in streams}
    for record in records:
        found = _read(streams, record)
        if isinstance(found, str):
            metrics.passed_over.labels(found).inc()
        elif found:
            strand, change = found
            changes[strand.name].append(replace(change, table=strand.named(change.table)) if strand.prefix else change)
    return [(strand, changes[strand.name]) for strand in streams]


def _read(streams: Sequence[Strand], record: Record) -> tuple[Strand, RowChange | UnreadableChange] | str | None:
    """A change, and whose it is: of several sources that come through the topic, that of the name which it says."""
    for strand in streams:
        if len(streams) == 1 or strand.way.origin(record) == strand.name:
            found = strand.way.read(record, strand.source.tables)
            return found if found is None or isinstance(found, str) else (strand, found)
    return "unknown"


async def _mended(tx: Tx, cursor: Cursor, whole: set[str]) -> Cursor:
    """Where columns that were missing come again, what changed meanwhile is not known: a new snapshot is needed."""
    missing, _ = await emitting.missing(tx)
    mended = {column.table for column in missing} & whole
    if not mended:
        return cursor
    log.warning("source columns are back", tables=sorted(mended))
    await emitting.forget_missing(tx, mended)
    return replace(cursor, phase="missed", asked=False)


async def _keep(tx: Tx, chosen: Chosen, step: KeepStep) -> list[store.Touched]:
    source = chosen.source
    touched = await store.put_emptied(tx, step.emptied) if step.emptied else []
    if step.rows:
        rows, kept = await _filled(tx, source, sorted(step.rows.values(), key=lambda row: (row.table, row.key)))
        touched += await store.put_rows(tx, rows, [_owner(source, row, kept) for row in rows])
    await note_rows(tx, chosen, [(one.table, one.key) for one in touched])
    return touched


def touched_subjects(source: Source, touched: Collection[store.Touched]) -> set[Subject]:
    """Subjects whose state these rows can change."""
    return {s for t in touched for s in source.subjects(t.table, t.key, (t.was_about, t.is_about))}


async def _filled(tx: Tx, source: Source, rows: Sequence[MirrorRow]) -> tuple[list[MirrorRow], KeptRows]:
    """These rows with what they borrow from others that are kept; and those others."""
    wanted = {place for row in rows for place in row.lends()}
    wanted |= {(row.table, row.key) for row in rows if not _says_whose(source, row)}
    kept = await store.kept(tx, wanted) if wanted else {}
    bodies = {place: body for place, (_, body) in kept.items()}
    return [row.filled(bodies) for row in rows], kept


def _says_whose(source: Source, row: MirrorRow) -> bool:
    table = source.tables[row.table]
    return row.deleted or not table.owner or table.owner_in(row.body) is not None


def _owner(source: Source, row: MirrorRow, kept: KeptRows) -> str | None:
    """The child whom the row is about; where it does not say so (any more), the one whom it was about."""
    if row.deleted:
        return None
    if (named := source.tables[row.table].owner_in(row.body)) is not None:
        return named
    was, _ = kept.get((row.table, row.key), (None, {}))
    return was if row.about is None else row.about


async def _tell(tx: Tx, chosen: Chosen, cursors: Cursors, subjects: set[Subject]) -> None:
    """Emit at once what these subjects' rows changed, if the mirror is whole; else note them for later."""
    heartbeat = chosen.source.heartbeat
    others = subjects - {heartbeat}
    if cursors.live and len(others) <= AT_ONCE_MAX:
        await emit(tx, chosen, cursors.epoch, others)
        if heartbeat in subjects:
            await emit_freshness(tx, chosen, cursors.epoch)
    elif others:
        await emitting.add_dirty(tx, others)
