"""Takes extracts: finds the newest, reads it beside the mirror, compares it, and brings it in whole or not at all.

Each step is one transaction. While an extract comes into the mirror the cursor's phase is `reading`, and nothing is
emitted: what answers is the one before. Killed at any moment it goes on from there: what was only read is read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from time import monotonic
from weakref import WeakKeyDictionary

from services.feed.chosen import Chosen, named_by
from services.feed.emitting import store as emitting
from services.feed.linking.commands import note_rows
from services.feed.metrics import metrics
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor
from services.feed.mirror.projections import touched_subjects
from services.feed.refreshing import store
from services.feed.refreshing.domain import Fuse, TableTally, held
from services.feed.refreshing.finding import FoundExtract, newest
from services.feed.refreshing.store import Refresh, Window
from services.feed.settings import Settings
from services.feed.several.strand import Strand
from services.feed.source import Table
from services.feed.ways.extract.reading import ExtractReading, ReadRow
from services.feed.ways.extract.refused import ExtractRefused
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.observe.logs import log

GO_MAX_S = 30.0  # one round; the next one goes on a few seconds later
COMPARED_MAX = 20_000  # rows in one statement
APPLIED_MAX = 5_000

Steps = AsyncIterator[None]
Work = Callable[[Tx, Window], Awaitable[None]]


class Taker:
    """One process's taking of the extracts of one source. What it has begun to read goes on in its next round."""

    def __init__(self, chosen: Chosen, settings: Settings, strand: Strand | None = None) -> None:
        """`strand`: the source, of several; None: the one that is read alone, whose extracts the settings name."""
        self._chosen = chosen
        self._strand = strand or replace(chosen.strands[0], extracts=settings.extracts)
        self._of = strand.name if strand else ""
        self._fuse = Fuse(settings.fuse_share, settings.fuse_rows)
        self._steps: Steps | None = None

    async def look(self, database: Database, go_max_s: float = GO_MAX_S) -> None:
        """Go on with what was begun, or begin what there is to do, for so long; then tell how it stands."""
        until = monotonic() + go_max_s
        steps, self._steps = self._steps or self.work(database), None
        try:
            async for _ in steps:
                if monotonic() >= until:
                    self._steps = steps
                    break
        except store.Overtaken:
            log.warning("extract left", why="another is being taken")
        await self._tell(database)

    async def work(self, database: Database) -> Steps:
        """What there is to do, step by step."""
        going = await self.open_one(database)
        if going is None or not going.may_come:
            found = await newest(database, self._strand, self._of)
            if found is None:
                return
            async for _ in self._read(database, await self._begun(database, found), found):
                yield
            going = await self.open_one(database)
        if going and going.may_come:
            async for _ in self.apply(database, going):
                yield

    async def _begun(self, database: Database, found: FoundExtract) -> int:
        manifest = found.manifest
        at = (manifest.taken_at, manifest.complete_to) if manifest else (None, None)
        async with database.by_itself("begin extract") as tx:
            await mirror.cursors(tx, self._chosen)
            await self._clear(tx)
            return await store.begin(tx, self._of, found.fingerprint, found.folder.name, *at)

    async def _read(self, database: Database, id: int, found: FoundExtract) -> Steps:
        """Everything beside the mirror; then what it would change; then it is held, or is applied."""
        try:
            if found.manifest is None:
                raise ExtractRefused(*found.sentences)
            reading = ExtractReading(found.manifest, self._strand.source)
            batches = reading.batches()
            while (batch := await asyncio.to_thread(_next, batches)) is not None:
                async with database.by_itself("read extract") as tx:
                    await store.hold_fast(tx, id, "reading")
                    await store.add_rows(tx, self._named(batch))
                yield
        except ExtractRefused as refused:
            await self._ended(database, id, "refused", refused.sentences)
            return
        async for _ in self.weigh(database, id, reading.doubts()):
            yield

    async def weigh(self, database: Database, id: int, doubts: Iterable[str] = ()) -> Steps:
        """What all that was read would change; then it is held, or is applied. `doubts`: why to hold it in any case."""
        tallies = {name: TableTally() for name in self.tables}
        async for _ in self._windows(database, id, "reading", partial(self._compare, tallies), COMPARED_MAX):
            yield
        why = [*doubts, *held(self.tables, tallies, self._fuse)]
        await self._ended(database, id, "held" if why else "applying", why)

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables of the mirror that come as a whole."""
        return self._strand.tables

    def _named(self, rows: list[ReadRow]) -> list[ReadRow]:
        """As the mirror calls their tables."""
        named = self._strand.named
        return [replace(row, table=named(row.table)) for row in rows] if self._strand.prefix else rows

    async def _clear(self, tx: Tx) -> None:
        """Let go of what was read."""
        await store.clear(tx, self._strand.tables if self._chosen.several else None)

    async def _ended(self, database: Database, id: int, state: store.State, sentences: Sequence[str]) -> None:
        async with database.by_itself("extract read") as tx:
            await store.hold_fast(tx, id, "reading")
            await store.become(tx, id, state, sentences)
            if state == "refused":
                await self._clear(tx)
        if state != "applying":
            metrics.refreshes.labels(state).inc()
            log.error(f"extract {state}", refresh=id, reasons=len(sentences))

    async def _windows(
        self, database: Database, id: int, state: store.State, work: Work, rows_max: int
    ) -> Steps:  # fmt: skip
        """Do this with all rows of all tables, some at a time, each in a transaction of its own."""
        for name in self.tables:
            window = Window(name, "", "")
            while window.to is not None:
                async with database.by_itself("extract") as tx:
                    await store.hold_fast(tx, id, state)
                    window = await store.window(tx, name, window.to, rows_max)
                    await work(tx, window)
                yield

    async def _compare(self, tallies: dict[str, TableTally], tx: Tx, window: Window) -> None:
        table, tally = self._chosen.source.tables[window.table], tallies[window.table]
        for was, now in await store.differing(tx, window, self._is_named(window)):
            tally.note(table, was, now)
        tally.add(table, await store.filled(tx, window, [*table.moves, *([table.ends] if table.ends else [])]))

    def _is_named(self, window: Window) -> bool:
        """Whether uploaded rolls name the rows of this table."""
        uploads = self._chosen.source.uploads
        return uploads is not None and window.table == uploads.child

    async def apply(self, database: Database, refresh: Refresh) -> Steps:
        """Every row into the mirror, while nothing is emitted; then all that changed is caught up with."""
        async with database.by_itself("apply extract") as tx:
            await store.hold_fast(tx, refresh.id, refresh.state)
            await store.become(tx, refresh.id, "applying", refresh.sentences)
            await mirror.put_cursor(tx, replace(await self._cursor(tx), phase="reading"))
        async for _ in self._windows(database, refresh.id, "applying", self._bring, APPLIED_MAX):
            yield
        async with database.by_itself("extract taken") as tx:
            await store.hold_fast(tx, refresh.id, "applying")
            cursor = await self._cursor(tx)
            await mirror.put_cursor(tx, replace(cursor, phase="sweeping"))
            await mirror.note_beat(tx, self._strand.name)
            await self.settle(tx, cursor)
            await store.become(tx, refresh.id, "taken", refresh.sentences)
            await self._clear(tx)
        metrics.refreshes.labels("taken").inc()
        log.info("extract taken", refresh=refresh.id)

    async def settle(self, tx: Tx, cursor: Cursor) -> None:
        """What is to be done in the transaction in which all has come; for whoever takes something of another kind."""

    async def _bring(self, tx: Tx, window: Window) -> None:
        """These rows into the mirror. Whoever of the staff is gone is looked at when nobody names them any more."""
        source = self._chosen.source
        cursor = await self._cursor(tx)
        if cursor.phase != "reading":  # the epoch was raised meanwhile
            await mirror.put_cursor(tx, replace(cursor, phase="reading"))
        changed = await store.apply(tx, window, cursor.generation)
        gone = await store.take_out(tx, window, self._is_named(window))
        await note_rows(tx, self._chosen, [(one.table, one.key) for one in (*changed, *gone)])
        staff = window.table in source.staff
        subjects = touched_subjects(source, changed if staff else [*changed, *gone])
        await emitting.add_dirty(tx, subjects - {source.heartbeat})
        if staff and gone:
            await store.add_later(tx, touched_subjects(source, gone))

    async def _cursor(self, tx: Tx) -> Cursor:
        return (await mirror.cursors(tx, self._chosen)).of[self._strand.name]

    async def open_one(self, database: Database) -> Refresh | None:
        async with database.by_itself("look for extracts") as tx:
            return await store.open_one(tx, self._of)

    async def _tell(self, database: Database) -> None:
        """Note what is amiss, for /readyz."""
        async with database.by_itself("note") as tx:
            last = await store.last(tx, self._of)
            await mirror.put_seen(tx, self._strand.name, trouble_of(last) if last else None)
        for state in ("held", "refused"):
            metrics.refresh_waits.labels(state).set(last is not None and last.state == state)


def _next(batches: Iterator[list[ReadRow]]) -> list[ReadRow] | None:
    return next(batches, None)


def trouble_of(last: Refresh) -> str | None:
    """What stands in the way of the newest extract; None: nothing."""
    if last.state not in ("held", "refused"):
        return None
    at = f" taken at {last.taken_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if last.taken_at else ""
    more = f" And {len(last.sentences) - 1} more: `portal source status`." if len(last.sentences) > 1 else ""
    waits = " It waits for `portal source release`." if last.state == "held" else ""
    return f"The extract{at} is {last.state}: {last.sentences[0]}{more}{waits}"


_takers: WeakKeyDictionary[Database, list[Taker]] = WeakKeyDictionary()


async def look(database: Database, settings: Settings) -> None:
    """Look once, wherever extracts are laid down; the process remembers what it has begun to read."""
    if database not in _takers:
        _takers[database] = list(_takers_of(named_by(settings), settings))
    for taker in _takers[database]:
        await taker.look(database)


def _takers_of(chosen: Chosen, settings: Settings) -> Iterator[Taker]:
    if chosen.several:
        yield from (Taker(chosen, settings, strand) for strand in chosen.several if strand.extracts)
    elif settings.extracts:
        yield Taker(chosen, settings)
