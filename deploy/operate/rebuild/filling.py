"""Filling the tables beside the live ones: the log's states, by the service's own projections, and then what comes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg

from shared.contracts import BODY_MAX_BYTES, Foreign, Undecodable
from shared.database.pool import Database
from shared.database.tx import DatabaseFailed
from shared.events.delivery import bad_of, poisonous
from shared.events.kept import Copied
from shared.events.states import Newest
from shared.events.watermark import Watermark
from shared.log.kafka.bus import READ_MAX
from shared.log.record import Bus, Place, Record, offsets_after
from shared.manifest import Projection

AT_ONCE = 500
COPIED_AT_ONCE = 4_000
REFUSED = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, OverflowError, ValueError)
"""What COPY says of rows that cannot be kept: PostgreSQL of their data, or the driver, which writes them for it."""
Key = tuple[str, str]
"""A topic, and the key of one of its states."""
ByTable = Callable[[Sequence[Any]], Mapping[str, Copied]]
"""What a state's projection keeps of states of which nothing is kept yet, by table."""


class LoadedPart(NamedTuple):
    """What a Filling has read of some partitions, as it can be sent to another process."""

    records: int
    read_up_to: dict[Place, int]
    doubted: set[Key]


class Filling:
    """What has been read so far. `doubted`: keys whose newest record cannot be kept. `taken`: called after a batch.

    `into`: a database whose search path is one schema, so that projections write there and nowhere else.
    """

    def __init__(self, into: Database, bus: Bus, projections: Sequence[Projection], taken: Callable[[], None]) -> None:
        self._into, self._bus, self._taken = into, bus, taken
        self._newest = Newest(projections, Watermark(bus, {}))
        self._last = [one.state.topic for one in projections if one.after]
        self._first = [one.state.topic for one in projections if not one.after]
        self.topics = [*self._first, *self._last]
        self.read_up_to: dict[Place, int] = {}
        self.records = 0
        self.doubted: set[Key] = set()

    async def load(self, copied: Mapping[str, ByTable], others: Mapping[Place, int]) -> None:
        """Keep what the log holds by now, for the first time: of topics that are to be copied, the first record of a
        key goes by COPY, for there is nothing to be compared with; further ones are kept as ever. `others`: partitions
        that somebody else reads, with their ends. What comes there meanwhile may be read here too: it does no harm."""
        self.read_up_to = dict(others)
        seen: set[int] = set()
        for topic in self._first:
            while await self._load_some(topic, copied.get(topic), seen) >= READ_MAX:
                pass
        self.read_up_to = {place: at for place, at in self.read_up_to.items() if place not in others}

    async def _load_some(self, topic: str, by_table: ByTable | None, seen: set[int]) -> int:
        """How many records there were."""
        records = await self._more(topic)
        if by_table is None:
            await self._take(records)
        else:
            first, again = first_of_keys(records, seen)
            for number in range(0, len(first), COPIED_AT_ONCE):
                await self._copy(first[number : number + COPIED_AT_ONCE], by_table)
            await self._analyse(by_table)
            await self._take(again)
        self.read_up_to |= offsets_after(records)
        return len(records)

    async def _copy(self, records: Sequence[Record], by_table: ByTable) -> None:
        """By COPY; where one of them cannot be kept, all of them as ever, which finds it."""
        good, bad = self._read(records)
        try:
            async with self._into.session() as connection, connection.transaction():
                for table, (names, rows) in by_table([said.state for _, said in good]).items():
                    await connection.copy_records_to_table(table, records=rows, columns=names)
        except REFUSED:
            await self._take(records)
        else:
            self.records += len(good)
            await self._take(bad)
            self._taken()

    async def _analyse(self, by_table: ByTable) -> None:
        """What goes on by keys must not be planned as for empty tables."""
        async with self._into.session() as connection:
            await connection.execute(f"ANALYZE {', '.join(by_table([]))}")

    def go_on_from(self, read: LoadedPart) -> None:
        """What another process has loaded of other partitions."""
        self.records += read.records
        self.read_up_to |= read.read_up_to
        self.doubted |= read.doubted

    @property
    def loaded(self) -> LoadedPart:
        return LoadedPart(self.records, self.read_up_to, self.doubted)

    async def catch_up(self) -> int:
        """Keep all that the log holds by now; return how many records that were.

        A watermark speaks of what came before it: it is read first and kept last, so that all that was in the log
        before it has been kept.
        """
        before = self.records
        watermarks = [one for topic in await self._behind(self._last) for one in await self._more(topic)]
        for topic in await self._behind(self._first):
            while await self._page(topic) >= READ_MAX:
                pass
        await self._keep(watermarks)
        return self.records - before

    async def _behind(self, topics: Sequence[str]) -> list[str]:
        """Those that hold more than was read, by what Kafka says now; to read one takes longer than to ask for all."""
        ends = await self._bus.ends(topics)
        more = {topic for (topic, number), end in ends.items() if end > self.read_up_to.get((topic, number), 0)}
        return [topic for topic in topics if topic in more]

    async def _more(self, topic: str) -> list[Record]:
        return await self._bus.read(topic, {place: at for place, at in self.read_up_to.items() if place[0] == topic})

    async def _page(self, topic: str) -> int:
        records = await self._more(topic)
        await self._keep(records)
        return len(records)

    async def _keep(self, records: Sequence[Record]) -> None:
        await self._take(records)
        self.read_up_to |= offsets_after(records)

    async def _take(self, records: Sequence[Record]) -> None:
        for first in range(0, len(records), AT_ONCE):
            await self._batch(records[first : first + AT_ONCE])

    async def _batch(self, records: Sequence[Record]) -> None:
        good, bad = self._read(records)
        bad += await self._applied(good)
        done = {_key(record): record.offset for record, _ in good if record not in bad}
        doubtful = [record for record in bad if record.offset > done.get(_key(record), -1)]
        self.doubted -= done.keys()
        self.doubted |= {_key(record) for record in doubtful}
        await self._doubt(doubtful)
        self.records += len(records)
        self._taken()

    def _read(self, records: Sequence[Record]) -> tuple[list[tuple[Record, Any]], list[Record]]:
        """Those that say something, with what they say; and those that break their contract, but for foreign ones."""
        good: list[tuple[Record, Any]] = []
        bad: list[Record] = []
        for record in records:
            try:
                if len(record.value or b"") > BODY_MAX_BYTES:
                    continue
                said = self._newest.read(record)
            except Foreign:
                continue
            except Undecodable:
                bad.append(record)
            else:
                good += [(record, said)] if said else []
        return good, bad

    async def _applied(self, items: Sequence[tuple[Record, Any]]) -> list[Record]:
        """All in one transaction; if PostgreSQL refuses one for its data, by halves until it is alone. Returns such."""
        try:
            async with self._into.by_itself("rebuild") as tx:
                await self._newest.apply(tx, [said for _, said in items])
        except (Undecodable, DatabaseFailed) as error:
            if not poisonous(error):
                raise
            if len(items) == 1:
                return [] if bad_of(items[0][0], error).foreign else [items[0][0]]
            middle = len(items) // 2
            return [*await self._applied(items[:middle]), *await self._applied(items[middle:])]
        return []

    async def _doubt(self, records: Sequence[Record]) -> None:
        """Mark what is kept of these records' keys, as the service does when it sets one aside."""
        if records and self._newest.doubt:
            async with self._into.by_itself("doubt") as tx:
                await self._newest.doubt(tx, records)


def first_of_keys(records: Sequence[Record], seen: set[int]) -> tuple[list[Record], list[Record]]:
    """Those with a key that was not seen before, and all others; `seen` learns. Keys are known by a hash of 64 bits: of
    two that share one, the second is kept as if it came again, which does no harm."""
    first: list[Record] = []
    again: list[Record] = []
    for record in records:
        key = hash((record.topic, record.key))
        (again if key in seen or record.value is None else first).append(record)
        seen.add(key)
    return first, again


def _key(record: Record) -> Key:
    return record.topic, (record.key or b"").decode(errors="replace")
