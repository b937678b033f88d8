"""What the feed does with what it keeps: says what differs, catches up after a snapshot, begins again, forgets."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import monotonic
from uuid import uuid4
from zoneinfo import ZoneInfo

from services.feed import store
from services.feed.domain import Cursor, Kind, Missing, Subject, next_revision
from services.feed.settings import Settings
from services.feed.sources import cells, council
from services.feed.sources.book import Book
from services.feed.store import Said, Saying
from shared.contracts import State
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.database.pool import Database
from shared.database.tx import Cause, Tx
from shared.observe.logs import log
from shared.observe.metrics import metrics

SAID_MAX = 500  # subjects in one transaction while catching up
SWEPT_MAX = 5_000  # rows in one statement
GO_MAX_S = 30.0  # one go of catching up; the next one begins a second later
DELETED_KEPT = timedelta(days=7)
ENDED_KEPT = timedelta(days=30)
"""An ended state is read by everyone long before its tombstone."""
FORGOTTEN_MAX = 5_000

HEARTBEAT = Subject("freshness", 1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
STATES: dict[Kind, type[State]] = {"child": Child, "worker": Worker, "team": Team}


async def say(tx: Tx, epoch: int, subjects: Collection[Subject], instead: Freshness | None = None) -> None:
    """Emit each subject's state if it changed, and note what of it cannot be used. The cursor's lock must be held.

    `instead` is what is said of the heartbeat, whatever its row says.
    """
    if not subjects:
        return
    book, known = await _book(tx, subjects)
    sayings: list[Saying] = []
    states: list[State] = []
    for subject in sorted(subjects, reverse=True):  # workers and teams before the children who have them
        before = known[subject]
        state = (instead if subject == HEARTBEAT else None) or council.state(book, subject)
        state = state or (council.ended(subject.kind, before.id) if before.revision else None)
        if state is not None and (saying := _saying(subject, before, state, epoch)):
            sayings.append(saying)
            states.append(state.model_copy(update={"revision": saying.revision}))
    await _note_left_out(tx, book, subjects)
    if others := [subject for subject in subjects if known[subject].others]:
        await store.note_derived(tx, others)
    if sayings:
        await store.put_said(tx, sayings)
        await tx.emit(*states)


async def _note_left_out(tx: Tx, book: Book, subjects: Collection[Subject]) -> None:
    await store.put_left_out(tx, subjects, book.left_out)
    for cell in book.left_out:
        metrics.left_out.labels(cell.table, cell.why).inc()


async def _book(tx: Tx, subjects: Collection[Subject]) -> tuple[Book, dict[Subject, Said]]:
    """The rows about these subjects, and what was said of them and of whomever they name; all have ids."""
    today = tx.now.astimezone(ZONE).date()
    book = council.open_book(today, await store.rows_about(tx, subjects, council.TABLES))
    named = book.named() | set(subjects)
    known = await store.said(tx, named)
    if missing := named - known.keys():
        await store.add_subjects(tx, missing)
        known |= await store.said(tx, missing)
    book.ids = {subject: said.id for subject, said in known.items()}
    return book, known


def _saying(subject: Subject, before: Said, state: State, epoch: int) -> Saying | None:
    """None if the same was said before by the same rules. Other code always says it again, and is noticed by that."""
    digest = sha256(f"{council.DERIVATION} {state.model_dump_json()}".encode()).digest()
    if digest == before.digest:
        return None
    return Saying(subject, next_revision(before.revision, epoch), digest, state.ended)


async def say_freshness(tx: Tx, epoch: int) -> None:
    """Emit up to when the source has been told, if nothing is left to be said; or that a column of it is missing.

    The second at once, and again in a while only if it changes: nothing is fresh until the column comes again.
    """
    columns, as_of = await store.missing(tx)
    metrics.missing_columns.clear()
    for column in columns:
        metrics.missing_columns.labels(column.table, column.column).set(1)
    if columns:
        broken = tuple(str(column) for column in columns)
        await say(tx, epoch, [HEARTBEAT], Freshness(revision=0, as_of=as_of or NEVER, broken=broken))
    elif not await store.has_dirty(tx):
        await say(tx, epoch, [HEARTBEAT])


async def note_missing(tx: Tx, epoch: int, columns: Collection[Missing]) -> None:
    """Records come without these columns. What is said from now on is not fresh; those concerned are doubted."""
    known, _ = await store.missing(tx)
    if not set(columns) - set(known):
        return
    for column in sorted(set(columns) - set(known)):
        log.error("source column missing", table=column.table, column=column.column)
    await store.add_missing(tx, columns, await _last_beat(tx))
    await say_freshness(tx, epoch)


async def _last_beat(tx: Tx) -> datetime | None:
    try:
        return cells.moment({"at": await store.beat(tx)}, "at")
    except cells.Unusable:
        return None


async def catch_up(database: Database, _: Settings) -> None:
    """After a snapshot: take out what it did not see, then say what differs; in transactions of bounded size.

    Killed at any point it goes on from there: whom it has not said yet is still noted as dirty.
    """
    until = monotonic() + GO_MAX_S
    while monotonic() < until:
        async with transaction(database) as tx:
            if not await store.is_behind(tx):
                return
            await step(tx)


def transaction(database: Database) -> AbstractAsyncContextManager[Tx]:
    """What the feed does by itself, as one thread of work."""
    return database.transaction(Cause(database.service, uuid4()), "catch_up")


async def step(tx: Tx) -> None:
    """Sweep some rows, or say some subjects, or neither."""
    cursor = await store.cursor(tx)
    if cursor.phase == "sweeping":
        gone = await store.sweep(tx, cursor.generation, SWEPT_MAX)
        await store.add_dirty(tx, touched_subjects(gone))
        if len(gone) < SWEPT_MAX:
            await store.put_cursor(tx, replace(cursor, phase="live"))
            await say_freshness(tx, cursor.epoch)
    elif cursor.phase == "live":
        await say(tx, cursor.epoch, await store.take_dirty(tx, SAID_MAX))
        await say_freshness(tx, cursor.epoch)


def touched_subjects(touched: Collection[store.Touched]) -> set[Subject]:
    return {s for t in touched for s in council.subjects(t.table, t.key, t.was_about, t.is_about)}


async def begin_again(database: Database, settings: Settings) -> None:
    """See whether the epoch or the rules were raised since everything was last emitted.

    Everything is emitted anew in both cases: after raised rules also where a state is the same as before, for whoever
    keeps it may derive something from it by rules that were raised too (how names are folded). After a raised epoch
    nothing is believed besides: a new snapshot is waited for.

    Where yesterday's code emits something beside this one, or did after a rollback, that is looked at again.
    """
    async with database.transaction(Cause(database.service, uuid4()), "begin_again") as tx:
        cursor = await store.cursor(tx)
        if (cursor.epoch, cursor.derivation) >= (settings.epoch, council.DERIVATION):
            await store.add_others_dirty(tx)
            return
        await store.forget_digests(tx)
        if cursor.epoch < settings.epoch:
            # In a new database the first snapshot is on its way; in any other one it must be asked for.
            first = not cursor.epoch
            cursor = Cursor("waiting" if first else "missed", cursor.generation, epoch=settings.epoch, asked=first)
        await store.add_all_dirty(tx)
        await store.put_cursor(tx, replace(cursor, derivation=council.DERIVATION))


async def forget(database: Database, _: Settings) -> None:
    """Drop deleted rows and say the tombstones of those that ended, both long after."""
    async with database.transaction(Cause(database.service, uuid4()), "forget") as tx:
        await store.cursor(tx)
        await store.forget_deleted(tx, tx.now - DELETED_KEPT, FORGOTTEN_MAX)
        for kind, ids in (await store.forget_ended(tx, tx.now - ENDED_KEPT, FORGOTTEN_MAX)).items():
            await tx.forget(STATES[kind], *map(str, ids))
