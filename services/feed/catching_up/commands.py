"""Catches up after a snapshot, begins again where the epoch or the rules were raised, and forgets what is long over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from services.feed import chosen as choice
from services.feed.catching_up import store
from services.feed.chosen import Chosen
from services.feed.emitting import store as emitting
from services.feed.emitting.commands import emit, emit_freshness
from services.feed.emitting.domain import STATES
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor
from services.feed.mirror.projections import touched_subjects
from shared.db import Cause, Database, Tx

EMITTED_MAX = 500  # subjects in one transaction
SWEPT_MAX = 5_000  # rows in one statement
GO_MAX_S = 30.0  # one go of catching up; the next one begins a second later
DELETED_KEPT = timedelta(days=7)
ENDED_KEPT = timedelta(days=30)
"""An ended state is read by everyone long before its tombstone."""
FORGOTTEN_MAX = 5_000


async def catch_up(database: Database, chosen: Chosen | None = None) -> None:
    """After a snapshot: take out what it did not see, then emit what differs; in transactions of bounded size.

    Killed at any point it goes on from there: whom it has not looked at yet is still noted as dirty.
    """
    until = monotonic() + GO_MAX_S
    while monotonic() < until:
        async with transaction(database) as tx:
            if not await store.is_behind(tx):
                return
            await step(tx, chosen or choice.chosen())


def transaction(database: Database) -> AbstractAsyncContextManager[Tx]:
    """What the feed does by itself, under a correlation of its own."""
    return database.transaction(Cause(database.service, uuid4()), "catch_up")


async def step(tx: Tx, chosen: Chosen) -> None:
    """Sweep some rows, or emit some states, or neither."""
    cursor = await mirror.cursor(tx, chosen.source.name)
    if cursor.phase == "sweeping":
        gone = await mirror.sweep(tx, cursor.generation, SWEPT_MAX)
        await emitting.add_dirty(tx, touched_subjects(chosen.source, gone))
        if len(gone) < SWEPT_MAX:
            await mirror.put_cursor(tx, replace(cursor, phase="live"))
            await emit_freshness(tx, chosen, cursor.epoch)
    elif cursor.phase == "live":
        await emit(tx, chosen, cursor.epoch, await store.take_dirty(tx, EMITTED_MAX))
        await emit_freshness(tx, chosen, cursor.epoch)


def begin_again(epoch: int, chosen: Chosen | None = None) -> Callable[[Database], Awaitable[None]]:
    """Work that looks whether the epoch or the rules were raised since everything was last emitted.

    Everything is emitted anew in both cases: after raised rules also where a state is the same as before, for whoever
    keeps it may derive something from it by rules that were raised too (how names are folded). After a raised epoch
    nothing is believed besides: a new snapshot is waited for.

    What yesterday's code emitted beside this one, or after a rollback, is looked at again.
    """

    async def work(database: Database) -> None:
        async with database.transaction(Cause(database.service, uuid4()), "begin_again") as tx:
            await _begin_again(tx, epoch, chosen or choice.chosen())

    return work


async def _begin_again(tx: Tx, epoch: int, chosen: Chosen) -> None:
    source = chosen.source
    cursor = await mirror.cursor(tx, source.name)
    if (cursor.epoch, cursor.derivation) >= (epoch, source.derivation):
        await store.add_others_dirty(tx)
        return
    await store.forget_digests(tx)
    if cursor.epoch < epoch:
        # In a new database the first snapshot is on its way; in any other one it must be asked for.
        first = not cursor.epoch
        cursor = Cursor(source.name, "waiting" if first else "missed", cursor.generation, epoch=epoch, asked=first)
    await store.add_all_dirty(tx, source.staff)
    await mirror.put_cursor(tx, replace(cursor, derivation=source.derivation))


async def forget(database: Database, chosen: Chosen | None = None) -> None:
    """Drop deleted rows, and emit the tombstones of those who ended, both long after."""
    async with database.transaction(Cause(database.service, uuid4()), "forget") as tx:
        await mirror.cursor(tx, (chosen or choice.chosen()).source.name)
        await mirror.forget_deleted(tx, tx.now - DELETED_KEPT, FORGOTTEN_MAX)
        for kind, ids in (await store.forget_ended(tx, tx.now - ENDED_KEPT, FORGOTTEN_MAX)).items():
            await tx.forget(STATES[kind], *map(str, ids))
