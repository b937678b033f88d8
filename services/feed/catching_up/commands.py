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
from services.feed.linking.commands import describe_again, is_of_other_rules, is_undescribed, note_rows
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor
from services.feed.mirror.projections import touched_subjects
from services.feed.settings import Settings
from services.feed.source import Body, Place, Subject
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
            if not await store.is_behind(tx, bool(chosen.several)):
                return
            await step(tx, chosen)


async def step(tx: Tx, chosen: Chosen) -> None:
    """Describe some records again, or sweep some rows, or emit some states, or nothing of it."""
    cursors = await mirror.cursors(tx, chosen)
    if cursor := cursors.sweeping:
        if described := await describe_again(tx, chosen):
            await emitting.add_dirty(tx, described)
            return
        gone = await mirror.sweep(tx, cursor.generation, _tables_of_others(chosen, cursor), SWEPT_MAX)
        await note_rows(tx, chosen, [(one.table, one.key) for one in gone])
        await emitting.add_dirty(tx, touched_subjects(chosen.source, gone))
        if len(gone) == SWEPT_MAX:
            return
        cursors.of[cursor.source] = replace(cursor, phase="live")
        await mirror.put_cursor(tx, cursors.of[cursor.source])
    elif cursors.live:
        dirty = await store.take_dirty(tx, EMITTED_MAX) or await store.take_later(tx, EMITTED_MAX)
        await emit(tx, chosen, cursors.epoch, dirty)
    if cursors.live:
        await emit_freshness(tx, chosen, cursors.epoch)


def _tables_of_others(chosen: Chosen, cursor: Cursor) -> list[str]:
    return [name for strand in chosen.several if strand.name != cursor.source for name in strand.tables]


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
        await heal(chosen, database)


async def begin_again_with(chosen: Chosen, database: Database, epoch: int) -> None:
    """The same with any source and way."""
    source = chosen.source
    async with database.by_itself("begin_again") as tx:
        cursors = await mirror.cursors(tx, chosen)
        behind = await _put_together(tx, chosen) or await is_of_other_rules(tx, chosen)
        raised = {one.source for one in cursors.of.values() if (one.epoch, one.derivation) < (epoch, source.derivation)}
        behind = behind or (bool(raised) and await is_undescribed(tx, chosen))
        for cursor in cursors.of.values():
            after = _raised(cursor, epoch) if cursor.source in raised else cursor
            if behind and after.phase == "live":
                after = replace(after, phase="sweeping")  # nothing is emitted until all are found by the same rules
            after = replace(after, derivation=max(after.derivation, source.derivation))
            if after != cursor:
                await mirror.put_cursor(tx, after)
        if not raised:
            await store.add_others_dirty(tx)
            return
        await store.forget_digests(tx)
        await store.add_all_dirty(tx, source.staff)


def _raised(cursor: Cursor, epoch: int) -> Cursor:
    """After a raised epoch. In a new database the first snapshot is on its way; in any other it must be asked for."""
    if cursor.epoch >= epoch:
        return cursor
    first = not cursor.epoch
    return Cursor(cursor.source, "waiting" if first else "missed", cursor.generation, epoch=epoch, asked=first)


async def _put_together(tx: Tx, chosen: Chosen) -> bool:
    """See whether the sources are put together otherwise than before. Then what one of them had that is read no more is
    taken out, and everybody is looked at."""
    if await mirror.rules(tx) == chosen.source.rules:
        return False
    await mirror.put_rules(tx, chosen.source.rules)
    await mirror.forget_others(tx, [strand.name for strand in chosen.several])
    await store.drop_other_tables(tx, list(chosen.source.tables))
    await store.level_freshness(tx, chosen.source.heartbeat.key)
    await store.add_all_dirty(tx, chosen.source.staff)
    return True


async def heal(chosen: Chosen, database: Database) -> None:
    """Where columns have been broken for long, have all of that source read anew: if they are as they were, nothing
    else may tell.

    They are known to be whole again by a change of their table, and there are tables in which nothing changes for days.
    """
    async with database.by_itself("heal") as tx:
        cursors = await mirror.cursors(tx, chosen)
        broken = await store.long_broken(tx, tx.now - HEALED_AFTER)
        for strand in chosen.strands:
            cursor = cursors.of[strand.name]
            if cursor.phase == "live" and (broken & strand.tables.keys() or (broken and not chosen.several)):
                await mirror.put_cursor(tx, replace(cursor, phase="missed", asked=False))


async def put_right(
    tx: Tx, chosen: Chosen, subjects: set[Subject], before: Mapping[Place, Standing], source: Mapping[Place, Body]
) -> None:
    """Keep of these subjects what the source has, and emit them anew, whatever was emitted last.

    `before`: how their rows were kept before the source was read; a row that has moved on since then stays. `source`:
    their rows as they were read. Raises NotLive while a snapshot is waited for or read, which puts all right by itself.
    """
    cursors = await mirror.cursors(tx, chosen)
    if not cursors.live:
        raise NotLive
    tables = chosen.source.tables
    [cursor] = cursors.of.values()
    rows = put_right_rows(before, source, cursor.generation)
    owners = [None if row.deleted else tables[row.table].owner_in(row.body) for row in rows]
    subjects = subjects | touched_subjects(chosen.source, await mirror.put_rows(tx, rows, owners))
    await store.forget_digests_of(tx, subjects)
    await emit(tx, chosen, cursors.epoch, subjects)


async def forget(database: Database, settings: Settings) -> None:
    """Drop deleted rows, and emit the tombstones of those who ended, both long after."""
    await forget_with(named_by(settings), database)


async def forget_with(chosen: Chosen, database: Database) -> None:
    """The same with any source and way."""
    async with database.by_itself("forget") as tx:
        await mirror.cursors(tx, chosen)
        await mirror.forget_deleted(tx, tx.now - DELETED_KEPT, FORGOTTEN_MAX)
        for kind, ids in (await store.forget_ended(tx, tx.now - ENDED_KEPT, FORGOTTEN_MAX)).items():
            await tx.forget(STATES[kind], *map(str, ids))
