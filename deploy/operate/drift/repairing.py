"""Puts right what differs: the feed keeps the source's own rows, and emits whoever it was anew; lookup follows."""

from collections.abc import Collection

from deploy.operate.drift.checking import Drift
from deploy.operate.drift.reading import Seen, Sides
from deploy.trouble import Trouble
from services.feed.catching_up import store
from services.feed.catching_up.commands import put_right
from services.feed.catching_up.domain import NotLive
from services.feed.emitting.domain import STATES
from services.feed.source import Body, Place, Subject
from shared.database.pool import Database, connect

AT_ONCE = 200
"""Children, workers and teams in one transaction, which holds up the feed."""


async def repair(reader: Sides, feed_dsn: str, drift: Drift) -> None:
    """All that was found. Lookup has it a moment later. Raises Trouble where the feed is not up to it now."""
    database = await connect(feed_dsn, "feed")
    try:
        subjects = sorted(drift.subjects)
        for begin in range(0, len(subjects), AT_ONCE):
            await _put_right(reader, database, set(subjects[begin : begin + AT_ONCE]))
        async with database.by_itself("repair") as tx:
            for one in drift.differences:
                if one.key is None and one.id is not None:
                    await tx.forget(STATES[one.kind], str(one.id))
    except NotLive:
        raise Trouble("The source is being read anew, which puts all right by itself: look again after it.") from None
    finally:
        await database.close()


async def _put_right(reader: Sides, database: Database, subjects: Collection[Subject]) -> None:
    """The rows are read, then where they are kept, then they are read again: a change that comes in between counts."""
    children = [subject.key for subject in subjects if subject.kind == "child"]
    tables = reader.chosen.source.staff
    staff = [(table, s.key) for s in subjects for table, kind in tables.items() if kind == s.kind]
    read = placed(await reader.rows(subjects))
    async with database.by_itself("look") as tx:
        before = await store.standing_of(tx, children, [*staff, *read])
    read = placed(await reader.rows(subjects))
    async with database.by_itself("repair") as tx:
        await put_right(tx, reader.chosen, set(subjects), before, read)


def placed(rows: Seen) -> dict[Place, Body]:
    return {(table, key): body for several in rows.values() for table, key, body in several}
