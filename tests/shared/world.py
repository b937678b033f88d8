"""A made-up service on a log, in memory or on real Kafka, as the tests of the bus, the outbox and the inbox need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

from shared.contracts import Event, Fact, Meta, State
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.events.consumers import Consumers
from shared.events.dead import dead_topic, replay_topic
from shared.events.facts import ReceivedFact
from shared.log.kafka import KafkaBus, TopicSpec, ensure_topics
from shared.log.record import Bus, OnFailure, Record
from shared.manifest import Reaction
from tests.support.memory_log import MemoryBus, MemoryLog

MIGRATIONS = Path(__file__).parent / "suite/migrations"
PARTITIONS = 3


class Log(Protocol):
    """A log that tests can make topics and buses on; each bus stands for one process."""

    async def make(self, *topics: str, partitions: int = PARTITIONS) -> None: ...

    def bus(self, on_failure: OnFailure) -> Bus: ...


class InMemory:
    def __init__(self) -> None:
        self.log = MemoryLog(PARTITIONS)

    async def make(self, *topics: str, partitions: int = PARTITIONS) -> None:
        """Topics come to be as they are used."""

    def bus(self, on_failure: OnFailure) -> Bus:
        return MemoryBus(self.log, on_failure)

    async def stop(self) -> None:
        self.log.up.clear()

    async def start(self) -> None:
        self.log.up.set()


class OnKafka:
    def __init__(self, servers: str) -> None:
        self.servers = servers

    async def make(self, *topics: str, partitions: int = PARTITIONS) -> None:
        await ensure_topics(self.servers, [TopicSpec(topic, partitions) for topic in topics])

    def bus(self, on_failure: OnFailure) -> Bus:
        return KafkaBus(self.servers, f"test-{uuid4().hex[:8]}", on_failure=on_failure)


@dataclass
class Stage:
    """One test's log, with names that no other test uses. `failures` are what would have ended a process."""

    log: Log
    name: str = field(default_factory=lambda: f"t{uuid4().hex[:10]}")
    failures: list[Exception] = field(default_factory=list)
    buses: list[Bus] = field(default_factory=list)

    @property
    def topic(self) -> str:
        return f"{self.name}.facts.v1"

    @property
    def group(self) -> str:
        return f"{self.name}.keep"

    async def make(self, *groups: str) -> None:
        aside = [name for group in groups for name in (dead_topic(group), replay_topic(group))]
        await self.log.make(self.topic)
        if aside:
            await self.log.make(*aside, partitions=1)

    def bus(self) -> Bus:
        """A new process' bus; all are stopped when the test ends."""
        self.buses.append(self.log.bus(lambda _, error: self.failures.append(error)))
        return self.buses[-1]

    async def stop(self) -> None:
        for bus in self.buses:
            await bus.stop()

    async def dead(self) -> list[Record]:
        return await self.bus().read(dead_topic(self.group))

    async def committed(self) -> int:
        """How many records of the topic its group is done with."""
        return sum((await self.bus().committed(self.group, [self.topic])).values())

    async def caught_up(self) -> bool:
        bus = self.buses[0]
        ends, done = await bus.ends([self.topic]), await bus.committed(self.group, [self.topic])
        return all(done.get(place, 0) >= end for place, end in ends.items())


@dataclass
class Ear:
    """A handler that keeps what it is handed; `failing` makes it fail, `gate` makes it wait."""

    heard: list[Record] = field(default_factory=list)
    failing: Exception | None = None
    gate: Any = None
    in_hand: int = 0

    async def __call__(self, records: Sequence[Record]) -> None:
        self.in_hand += len(records)
        if self.gate is not None:
            await self.gate.wait()
        if self.failing is not None:
            raise self.failing
        self.heard += records

    @property
    def values(self) -> list[bytes | None]:
        return [record.value for record in self.heard]


def numbered(topic: str, count: int, keys: int = 5, since: int = 0) -> list[Record]:
    """Records 0, 1, 2, … in order, dealt over so many keys."""
    return [Record(topic, f"k{n % keys}".encode(), str(n).encode()) for n in range(since, since + count)]


class Counted(Fact):
    """A fact of the made-up service."""

    counted_id: UUID
    name: str
    n: int


class Standing(State):
    """A state of the made-up service."""

    name: str


def _event(base: type[Event], topic: str, key: str) -> Any:
    """The event class on a topic of its own, not known to the rest of the test run."""
    made: Any = type(base.__name__, (base,), {"__module__": f"made.{topic.partition('.')[0]}"}, key=key)
    Event.known.pop(made.type)
    made.topic = topic
    return made


def fact_type(topic: str) -> type[Counted]:
    found: type[Counted] = _event(Counted, topic, "name")
    return found


def state_type(topic: str) -> type[Standing]:
    found: type[Standing] = _event(Standing, topic, "name")
    return found


def meta(event: type[Event], **changes: Any) -> Meta:
    said = Meta(id=uuid4(), type=event.type, source="test", time=datetime.now(UTC), correlation=uuid4(), actor="test")
    return said.model_copy(update=changes)


def record(event: Event, **changes: Any) -> Record:
    """The event as a record, as the relay would append it."""
    headers = tuple(meta(type(event), **changes).to_headers().items())
    return Record(event.topic, event.key.encode(), event.model_dump_json().encode(), headers)


def counted(kind: type[Counted], n: int, name: str = "a") -> Counted:
    return kind(actor=None, outcome="counted", counted_id=uuid4(), name=name, n=n)


async def keep(tx: Tx, heard: Sequence[ReceivedFact]) -> None:
    """The reaction of the made-up service: it keeps each number."""
    events = [one.event for one in heard if isinstance(one.event, Counted)]
    await tx.execute(
        "INSERT INTO kept (key, n) SELECT * FROM unnest($1::text[], $2::integer[])",
        [event.name for event in events],
        [event.n for event in events],
    )


async def put(tx: Tx, states: Sequence[Standing]) -> None:
    await tx.execute(
        """
        INSERT INTO newest (key, revision) SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (key) DO UPDATE SET revision = excluded.revision WHERE newest.revision < excluded.revision
        """,
        [state.name for state in states],
        [state.revision for state in states],
    )


async def forget(tx: Tx, keys: Sequence[str]) -> None:
    await tx.execute("DELETE FROM newest WHERE key = ANY($1)", keys)


def inboxes(stage: Stage, db: Database, bus: Bus, *hears: Reaction) -> Consumers:
    """The made-up service's worker on this bus: hears the stage's facts and keeps them, unless told otherwise."""
    return Consumers(stage.name, db, bus, hears or [Reaction(facts=(fact_type(stage.topic),), to=keep, group="keep")])
