"""Filling the tables beside the live ones: the log's states, by the service's own projections, and then what comes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts import BODY_MAX_BYTES, Foreign, Undecodable
from shared.database.pool import Database
from shared.database.tx import DatabaseFailed
from shared.events.delivery import bad_of, poisonous
from shared.events.states import Newest
from shared.events.watermark import Watermark
from shared.log.kafka.bus import READ_MAX
from shared.log.record import Bus, Place, Record, offsets_after
from shared.manifest import Projection

AT_ONCE = 500
LOADED_AT_ONCE = 4_000
Key = tuple[str, str]
"""A topic, and the key of one of its states."""


@dataclass(frozen=True)
class Into:
    """A database whose search path is one schema, so that projections write there and nowhere else; and what is done
    after them in the same transaction."""

    database: Database
    then: str = ""


class Filling:
    """What has been read so far. `doubted`: keys whose newest record cannot be kept. `taken`: called after a batch."""

    def __init__(self, into: Into, bus: Bus, projections: Sequence[Projection], taken: Callable[[], None]) -> None:
        self._into, self._bus, self._taken = into, bus, taken
        self._newest = Newest(projections, Watermark(bus, {}))
        self._last = [one.state.topic for one in projections if one.after]
        self._first = [one.state.topic for one in projections if not one.after]
        self.topics = [*self._first, *self._last]
        self.read_up_to: dict[Place, int] = {}
        self.records = 0
        self.doubted: set[Key] = set()

    async def load(self, staged: Into, loaded: Callable[[], Awaitable[None]]) -> None:
        """Keep all that the log holds by now, for the first time: the first record of a key goes through empty tables,
        where there is nothing to be compared with; further ones are kept as ever. `loaded` is called between the two.
        """
        seen: set[int] = set()
        for topic in self._first:
            more = True
            while more:
                records = await self._more(topic)
                more = len(records) >= READ_MAX
                first, again = first_of_keys(records, seen)
                await self._take(first, staged, LOADED_AT_ONCE)
                await loaded()
                await self._take(again, self._into, AT_ONCE)
                self.read_up_to |= offsets_after(records)

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
        await self._take(records, self._into, AT_ONCE)
        self.read_up_to |= offsets_after(records)

    async def _take(self, records: Sequence[Record], into: Into, at_once: int) -> None:
        for first in range(0, len(records), at_once):
            await self._batch(records[first : first + at_once], into)

    async def _batch(self, records: Sequence[Record], into: Into) -> None:
        good, bad = self._read(records)
        bad += await self._applied(good, into)
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

    async def _applied(self, items: Sequence[tuple[Record, Any]], into: Into) -> list[Record]:
        """All in one transaction; if PostgreSQL refuses one for its data, by halves until it is alone. Returns such."""
        try:
            async with into.database.by_itself("rebuild") as tx:
                await self._newest.apply(tx, [said for _, said in items])
                if into.then:
                    await tx.execute(into.then)
        except (Undecodable, DatabaseFailed) as error:
            if not poisonous(error):
                raise
            if len(items) == 1:
                return [] if bad_of(items[0][0], error).foreign else [items[0][0]]
            middle = len(items) // 2
            return [*await self._applied(items[:middle], into), *await self._applied(items[middle:], into)]
        return []

    async def _doubt(self, records: Sequence[Record]) -> None:
        """Mark what is kept of these records' keys, as the service does when it sets one aside."""
        if records and self._newest.doubt:
            async with self._into.database.by_itself("doubt") as tx:
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
