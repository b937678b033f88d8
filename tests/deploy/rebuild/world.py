"""Lookup with its worker on a real Kafka, and a rebuild of what it keeps: a council small enough for each test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from deploy.demo.upn import numbered
from deploy.operate.rebuild import whole
from deploy.operate.rebuild.beside import kept_in
from deploy.operate.rebuild.whole import Ordered, Rebuilt
from services.lookup.app import service
from services.lookup.records.projections import COPIED, TABLES
from shared.contracts import Meta, State
from shared.contracts.feed import Child, Freshness
from shared.events.consumers import Consumers
from shared.events.dead import dead_topic, replay_topic
from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.log.record import Bus, Deliver, Place, Record
from tests.lookup.world import Lookup, child
from tests.support.until import until

PARTITIONS = 3
FEED_GROUPS = ("lookup.states", "lookup.freshness")
KEPT = kept_in(TABLES, COPIED)


def record(state: State) -> Record:
    """What feed's relay appends for a state."""
    meta = Meta(id=uuid4(), type=state.type, source="feed", time=datetime.now(UTC), correlation=uuid4(), actor="feed")
    return Record(state.topic, state.key.encode(), state.model_dump_json().encode(), tuple(meta.to_headers().items()))


class OwnNames:
    """A bus on a Kafka that others use too: topics and groups of its own under the names that everybody has.

    `before_read` is called with the topic before it is read, `after_ends` with the topics of which the ends were asked.
    """

    def __init__(self, bus: KafkaBus, prefix: str) -> None:
        self._bus, self._prefix = bus, prefix
        self.before_read: Callable[[str], Awaitable[None]] | None = None
        self.after_ends: Callable[[Sequence[str]], Awaitable[None]] | None = None
        self.start, self.stop, self.unready = bus.start, bus.stop, bus.unready

    def _mine(self, name: str) -> str:
        return f"{self._prefix}.{name}"

    def _theirs(self, record: Record) -> Record:
        return replace(record, topic=record.topic.removeprefix(f"{self._prefix}."))

    def _known(self, places: Mapping[Place, int]) -> dict[Place, int]:
        return {(topic.removeprefix(f"{self._prefix}."), number): at for (topic, number), at in places.items()}

    def _own(self, places: Mapping[Place, int]) -> dict[Place, int]:
        return {(self._mine(topic), number): at for (topic, number), at in places.items()}

    async def append(self, records: Sequence[Record]) -> None:
        await self._bus.append([replace(one, topic=self._mine(one.topic)) for one in records])

    def subscribe(self, group: str, topics: Sequence[str], deliver: Deliver, *, gathered: bool = False) -> None:
        async def handed(records: Sequence[Record]) -> None:
            await deliver([self._theirs(one) for one in records])

        self._bus.subscribe(self._mine(group), [self._mine(topic) for topic in topics], handed, gathered=gathered)

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        found = self._known(await self._bus.ends([self._mine(topic) for topic in topics]))
        if self.after_ends:
            await self.after_ends(topics)
        return found

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        return self._known(await self._bus.committed(self._mine(group), [self._mine(topic) for topic in topics]))

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        await self._bus.commit(self._mine(group), self._own(offsets))

    async def read(self, topic: str, since: Mapping[Place, int] | None = None) -> list[Record]:
        if self.before_read:
            await self.before_read(topic)
        return [self._theirs(one) for one in await self._bus.read(self._mine(topic), self._own(since or {}))]


async def own_names(servers: str) -> str:
    """A prefix under which there are the topics that lookup needs of the feed's."""
    prefix = f"t{uuid4().hex[:10]}"
    topics = [state.topic for state in TABLES]
    aside = [name(group) for group in FEED_GROUPS for name in (dead_topic, replay_topic)]
    await ensure_topics(
        servers,
        [
            *(TopicSpec(f"{prefix}.{one}", PARTITIONS, {"cleanup.policy": "compact"}) for one in topics),
            *(TopicSpec(f"{prefix}.{one}", 1) for one in aside),
        ],
    )
    return prefix


def bus_of(servers: str, prefix: str) -> OwnNames:
    return OwnNames(KafkaBus(servers, f"test-{uuid4().hex[:8]}"), prefix)


@dataclass
class Known:
    """A child whose given name tells how often it has changed: A, B, C … and so on, five letters always."""

    child_id: UUID
    upn: str
    changes: int = 0

    def state(self) -> Child:
        named = f"Mira{letters(self.changes)}"
        return child(child_id=self.child_id, upn=self.upn, given_name=named, revision=self.changes + 1)


def letters(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**place % 26) for place in (4, 3, 2, 1, 0))


def number(given_name: str) -> int:
    """The opposite, of a whole name."""
    value = 0
    for letter in given_name.removeprefix("Mira"):
        value = value * 26 + ord(letter) - ord("a")
    return value


@dataclass
class Council:
    """Lookup, its topics, and children that the feed has emitted."""

    lookup: Lookup
    servers: str
    prefix: str
    children: list[Known] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    buses: list[OwnNames] = field(default_factory=list)
    beats: int = 0

    def bus(self) -> OwnNames:
        self.buses.append(bus_of(self.servers, self.prefix))
        return self.buses[-1]

    async def begin(self, children: int) -> None:
        """So many children, emitted, and the records complete up to now."""
        self.children = [
            Known(uuid4(), numbered(number, establishment=1, year=20)) for number in range(1, children + 1)
        ]
        self.log = self.bus()
        await self.emit(*(one.state() for one in self.children))
        await self.beat()

    async def work(self) -> None:
        """Lookup's worker, until the test ends; it has kept all when this returns."""
        bus = self.bus()
        mine = [one for one in service.consumed()[1] if one.state in TABLES]
        Consumers(service.name, self.lookup.clone.db, bus, projects=mine)
        await bus.start()
        await until(self.kept_newest, within_s=30)

    async def kept_newest(self) -> bool:
        newest = await self.lookup.clone.value("SELECT max(revision) FROM freshness")
        return newest == self.beats

    async def emit(self, *states: State) -> None:
        await self.log.append([record(state) for state in states])

    async def change(self, one: Known) -> None:
        one.changes += 1
        await self.emit(one.state())

    async def beat(self) -> None:
        """All that was emitted by now is complete: in the log it comes after that."""
        self.beats += 1
        await self.emit(Freshness(revision=self.beats, as_of=datetime.now(UTC) + timedelta(seconds=self.beats / 100)))

    def ordered(self, bus: Bus | None = None, **more: Any) -> Ordered:
        return Ordered(service, self.lookup.clone.owner_dsn, bus or self.bus(), KEPT, self.said.append, **more)

    def apart(self, processes: int) -> dict[str, Any]:
        """To be ordered with: as many processes, though there is little to read."""
        return {"another_bus": partial(bus_of, self.servers, self.prefix), "processes": processes, "enough": 1}

    async def rebuild(self, bus: Bus | None = None, **more: Any) -> Rebuilt:
        return await whole.rebuild(self.ordered(bus, **more))

    async def rebuild_elsewhere(self) -> Rebuilt:
        """As the command does: in a loop of its own, so that what else this process does is not in its way."""

        async def alone() -> Rebuilt:
            bus = bus_of(self.servers, self.prefix)
            try:
                return await whole.rebuild(self.ordered(bus))
            finally:
                await bus.stop()

        return await asyncio.to_thread(asyncio.run, alone())

    async def shown(self, one: Known) -> int:
        """How often the child had changed when what is shown of it was emitted. Raises if it is not shown."""
        answer = await self.lookup.search(upn=one.upn)
        assert answer["child"], answer["outcome"]
        return number(answer["child"]["given_name"])

    async def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that the live tables hold."""
        tables = [table for _, tables in TABLES.values() for table in tables]
        return {
            table: sorted(
                tuple(map(str, row.values())) for row in await self.lookup.clone.rows(f"SELECT * FROM {table}")
            )
            for table in tables
        }

    async def stop(self) -> None:
        for bus in self.buses:
            await bus.stop()
