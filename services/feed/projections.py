"""What the feed keeps of the source: every captured row as it is now; and what a change of one makes it say."""

from __future__ import annotations

from collections.abc import Sequence

from services.feed import commands, store
from services.feed.domain import Cursor, Step, Subject, sort_out
from services.feed.sources import council
from services.feed.sources.debezium import read
from shared.bus import Record
from shared.db import Tx

AT_ONCE_MAX = 2_000  # more subjects than that in one batch are left to be caught up with


async def fold(tx: Tx, records: Sequence[Record]) -> None:
    """Keep the newest of every row; say whose state that changes, in the same transaction.

    While a snapshot is being read nothing is said: a half-read one would say that a child has no case. Raises
    Undecodable for a record that is no change.
    """
    changes = [change for record in records if (change := read(record)) and change.table in council.TABLES_CAPTURED]
    before = await store.cursor(tx)
    after, steps = sort_out(before, changes)
    if after != before:
        await store.put_cursor(tx, after)
    subjects = {subject for step in steps for subject in await _keep(tx, step)}
    await _tell(tx, after, subjects)


async def _keep(tx: Tx, step: Step) -> set[Subject]:
    touched = await store.put_emptied(tx, step.emptied) if step.emptied else []
    if step.rows:
        rows = sorted(step.rows.values(), key=lambda row: (row.table, row.key))
        touched += await store.put_rows(tx, rows, [council.owner(row.table, row.body) for row in rows])
    return commands.touched_subjects(touched)


async def _tell(tx: Tx, cursor: Cursor, subjects: set[Subject]) -> None:
    others = subjects - {commands.HEARTBEAT}
    if cursor.phase == "live" and len(others) <= AT_ONCE_MAX:
        await commands.say(tx, cursor.epoch, others)
        if commands.HEARTBEAT in subjects:
            await commands.say_freshness(tx, cursor.epoch)
    elif others:
        await store.add_dirty(tx, others)
