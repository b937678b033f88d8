"""A snapshot that is pushed: everything of a moment, between its beginning and its end, taken whole or not at all.

Its rows lie beside the mirror as an extract's do, are compared as those are, and held where too much would change.
Lists are no part of it: they come by themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from services.feed.chosen import Chosen, named_by
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor
from services.feed.pushing import store as pushing
from services.feed.pushing.commands import TAKEN, beat, bring, cells_of_children, mark_restricted, need_later, strand_of
from services.feed.pushing.domain import PushNotTaken
from services.feed.pushing.listing import remarked
from services.feed.refreshing import store as refreshing
from services.feed.refreshing.commands import Steps, Taker
from services.feed.settings import Settings
from services.feed.snapshots import store
from services.feed.source import Table
from services.feed.ways.extract.reading import ReadRow
from services.feed.ways.push import way
from services.feed.ways.push.elements import CHILD, Element
from services.feed.ways.push.merging import merged
from shared.database.pool import Database
from shared.database.tx import Tx

OPEN_FOR = timedelta(hours=6)
"""One that is not ended by then is given up when something else is sent."""


async def begin(tx: Tx, chosen: Chosen, complete_to: datetime) -> UUID:
    """Begin a snapshot of what was so at this moment; one that was begun or held is left. Raises PushNotTaken."""
    strand = strand_of(chosen)
    await mirror.cursors(tx, chosen)
    await need_later(tx, chosen, complete_to)
    going = await refreshing.open_one(tx, _of(chosen))
    if going and going.may_come:
        raise PushNotTaken("Another snapshot is being taken in. Begin this one in a few minutes.")
    id = uuid4()
    await refreshing.clear(tx, strand.tables if chosen.several else None)
    refresh = await refreshing.begin(tx, _of(chosen), str(id), f"pushed {id.hex[:8]}", tx.now, complete_to)
    await store.add(tx, id, refresh)
    return id


def _of(chosen: Chosen) -> str:
    """By which name refreshes of what is pushed are known: none where it is read alone."""
    return strand_of(chosen).name if chosen.several else ""


async def add(tx: Tx, chosen: Chosen, id: UUID, elements: Sequence[Element]) -> None:
    """A batch of a snapshot; children of an earlier one are replaced. Raises PushNotTaken."""
    await _hold_fast(tx, id)
    strand = strand_of(chosen)
    tables, named = strand.source.tables, strand.named
    rows = {element.child: merged({}, None, element, tables) for element in elements}
    await mark_restricted(tx, cells_of_children(rows))
    keys = [key for of_child in rows.values() for table, key in of_child if table == CHILD]
    if again := await store.there(tx, named(CHILD), keys):
        await store.drop(tx, list(map(named, TAKEN)), again)
    made = [
        ReadRow(named(table), key, tables[table].owner_in(body), body)
        for of_child in rows.values()
        for (table, key), body in of_child.items()
    ]
    await refreshing.add_rows(tx, made)


async def end(tx: Tx, chosen: Chosen, id: UUID, children: int) -> None:
    """All of it has been sent: so many children. Raises PushNotTaken where that is not what came."""
    complete_to = await _hold_fast(tx, id)
    strand = strand_of(chosen)
    came = await store.count(tx, strand.named(CHILD))
    if came != children or not came:
        raise PushNotTaken(
            f"{children:,} children were sent as it is said, and {came:,} have come: send the others too."
        )
    row = beat(strand, complete_to, 0)
    await refreshing.add_rows(tx, [ReadRow(row.table, row.key, None, row.body)])
    await store.note_ended(tx, id)


async def _hold_fast(tx: Tx, id: UUID) -> datetime:
    """Lock a snapshot that is being sent; up to when it is complete. Raises PushNotTaken where it is not, any more."""
    complete_to = await store.being_sent(tx, id)
    if complete_to is None:
        raise PushNotTaken("This snapshot is not being sent: it was ended, or another was begun since.")
    return complete_to


async def give_way(tx: Tx, chosen: Chosen) -> None:
    """Something else than a snapshot is sent: one that is held is left, for this is newer. Raises PushNotTaken where
    one is being sent or taken in."""
    await mirror.cursors(tx, chosen)
    going = await refreshing.open_one(tx, _of(chosen))
    if going is None:
        return
    stale = going.state == "reading" and await store.is_given_up(tx, going.id, tx.now - OPEN_FOR)
    if not stale and (going.may_come or going.state == "reading"):
        raise PushNotTaken("A snapshot is being sent, or taken in: end it, and send this again in a few minutes.")
    await refreshing.become(tx, going.id, "left", going.sentences)


class SnapshotTaker(Taker):
    """Takes the snapshots that have been sent whole."""

    @property
    def tables(self) -> Mapping[str, Table]:
        taken = {*map(self._strand.named, TAKEN), self._strand.beat[0]}
        return {name: table for name, table in self._strand.tables.items() if name in taken}

    async def work(self, database: Database) -> Steps:
        going = await self.open_one(database)
        if going and going.state == "reading" and await _is_whole(database, going.id):
            async for _ in self.weigh(database, going.id):
                yield
            going = await self.open_one(database)
        if going and going.may_come:
            async for _ in self.apply(database, going):
                yield

    async def settle(self, tx: Tx, cursor: Cursor) -> None:
        """Who is restricted may be listed anew while it was sent; and nothing that was refused is missing any more."""
        cursors = await mirror.cursors(tx, self._chosen)
        await bring(tx, self._chosen, cursors, await remarked(tx, self._strand, cursors))
        await pushing.forget_refused(tx)


async def _is_whole(database: Database, refresh: int) -> bool:
    async with database.by_itself("look for snapshots") as tx:
        return await store.is_ended(tx, refresh)


_takers: WeakKeyDictionary[Database, SnapshotTaker] = WeakKeyDictionary()


async def look(database: Database, settings: Settings) -> None:
    """Look once whether a snapshot is to be taken."""
    chosen = named_by(settings)
    if any(strand.way is way for strand in chosen.strands):
        taker = _takers.get(database) or _takers.setdefault(database, taker_of(chosen, settings))
        await taker.look(database)


def taker_of(chosen: Chosen, settings: Settings) -> SnapshotTaker:
    return SnapshotTaker(chosen, settings, strand_of(chosen) if chosen.several else None)
