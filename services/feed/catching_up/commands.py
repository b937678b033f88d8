"""Catches up after a snapshot, begins again where epoch or rules were raised, puts right what drifted, forgets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from services.feed.catching_up import store
from services.feed.catching_up.domain import NotLive, Standing, put_right_rows
from services.feed.chosen import Chosen, named_by
from services.feed.emitting import store as emitting
from services.feed.emitting.commands import emit, emit_freshness
from services.feed.emitting.domain import STATES
from services.feed.linking.commands import describe_again, is_of_other_rules, note_rows
from services.feed.linking.store import forget_decisions
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor, Phase, Place
from services.feed.mirror.projections import touched_subjects
from services.feed.settings import Settings
from services.feed.source import Body, Source, Subject
from shared.database.pool import Database
from shared.database.tx import Tx

EMITTED_MAX = 500  # subjects in one transaction
SWEPT_MAX = 5_000  # rows in one statement
GO_MAX_S = 30.0  # one go of catching up; the next one begins a second later
DELETED_KEPT = timedelta(days=7)
ENDED_KEPT = timedelta(days=30)
"""An ended state is read by everyone long before its tombstone."""
FORGOTTEN_MAX = 5_000
HEALED_AFTER = timedelta(minutes=15)
"""As long as lookup answers without news; and a large council is read in it, so that readings do not follow one another
without a pause."""


async def catch_up(database: Database, settings: Settings) -> None:
    """After a snapshot: take out what it did not see, then emit what differs; in transactions of bounded size.

    Killed at any point it goes on from there: whom it has not looked at yet is still noted as dirty.
    """
    await catch_up_with(named_by(settings), database)


async def catch_up_with(chosen: Chosen, database: Database) -> None:
    """The same with any source and way."""
    until = monotonic() + GO_MAX_S
    while monotonic() < until:
        async with database.by_itself("catch_up") as tx:
            if not await store.is_behind(tx):
                return
            await step(tx, chosen)


async def step(tx: Tx, chosen: Chosen) -> None:
    """Describe some records again, or sweep some rows, or emit some states, or nothing of it."""
    cursor = await mirror.cursor(tx, chosen.source.name)
    if cursor.phase == "sweeping":
        if described := await describe_again(tx, chosen):
            await emitting.add_dirty(tx, described)
            return
        gone = await mirror.sweep(tx, cursor.generation, SWEPT_MAX)
        await note_rows(tx, chosen, [(one.table, one.key) for one in gone])
        await emitting.add_dirty(tx, touched_subjects(chosen.source, gone))
        if len(gone) < SWEPT_MAX:
            await mirror.put_cursor(tx, replace(cursor, phase="live"))
            await emit_freshness(tx, chosen, cursor.epoch)
    elif cursor.phase == "live":
        dirty = await store.take_dirty(tx, EMITTED_MAX) or await store.take_later(tx, EMITTED_MAX)
        await emit(tx, chosen, cursor.epoch, dirty)
        await emit_freshness(tx, chosen, cursor.epoch)


async def begin_again(database: Database, settings: Settings) -> None:
    """See whether the epoch or the rules were raised since everything was last emitted.

    Everything is emitted anew in both cases: after raised rules also where a state is the same as before, for whoever
    keeps it may derive something from it by rules that were raised too (how names are folded). After a raised epoch
    nothing is believed besides: a new snapshot is waited for.

    What other code emitted beside this one, or after a rollback, is looked at again.
    """
    chosen = named_by(settings)
    await begin_again_with(chosen, database, settings.epoch)
    if settings.connect_url:
        await heal(chosen.source, database)


async def begin_again_with(chosen: Chosen, database: Database, epoch: int) -> None:
    """The same with any source and way."""
    source = chosen.source
    async with database.by_itself("begin_again") as tx:
        cursor = await mirror.cursor(tx, source.name)
        behind = await is_of_other_rules(tx, chosen)
        if behind and cursor.phase == "live":
            cursor = replace(cursor, phase="sweeping")  # nothing is emitted until all are found by the same rules
            await mirror.put_cursor(tx, cursor)
        if (cursor.epoch, cursor.derivation) >= (epoch, source.derivation):
            await store.add_others_dirty(tx)
            return
        await store.forget_digests(tx)
        if cursor.epoch < epoch:
            # In a new database the first snapshot is on its way; in any other one it must be asked for.
            first = not cursor.epoch
            phase: Phase = "waiting" if first else "missed"
            cursor = Cursor(source.name, phase, cursor.generation, epoch=epoch, asked=first)
        await store.add_all_dirty(tx, source.staff)
        await mirror.put_cursor(tx, replace(cursor, derivation=source.derivation))


async def heal(source: Source, database: Database) -> None:
    """Where columns have been broken for long, have all read anew: if they are as they were, nothing else may tell.

    They are known to be whole again by a change of their table, and there are tables in which nothing changes for days.
    """
    async with database.by_itself("heal") as tx:
        await mirror.cursor(tx, source.name)
        await store.miss_broken(tx, tx.now - HEALED_AFTER)


async def put_right(
    tx: Tx, chosen: Chosen, subjects: set[Subject], before: Mapping[Place, Standing], source: Mapping[Place, Body]
) -> None:
    """Keep of these subjects what the source has, and emit them anew, whatever was emitted last.

    `before`: how their rows were kept before the source was read; a row that has moved on since then stays. `source`:
    their rows as they were read. Raises NotLive while a snapshot is waited for or read, which puts all right by itself.
    """
    cursor = await mirror.cursor(tx, chosen.source.name)
    if cursor.phase != "live":
        raise NotLive
    tables = chosen.source.tables
    rows = put_right_rows(before, source, cursor.generation)
    owners = [None if row.deleted else tables[row.table].owner_in(row.body) for row in rows]
    subjects = subjects | touched_subjects(chosen.source, await mirror.put_rows(tx, rows, owners))
    await store.forget_digests_of(tx, subjects)
    await emit(tx, chosen, cursor.epoch, subjects)


async def forget(database: Database, settings: Settings) -> None:
    """Drop deleted rows, emit the tombstones of those who ended, and drop decisions about them, all long after."""
    async with database.by_itself("forget") as tx:
        await mirror.cursor(tx, settings.source)
        await mirror.forget_deleted(tx, tx.now - DELETED_KEPT, FORGOTTEN_MAX)
        for kind, ids in (await store.forget_ended(tx, tx.now - ENDED_KEPT, FORGOTTEN_MAX)).items():
            await tx.forget(STATES[kind], *map(str, ids))
        await forget_decisions(tx)
