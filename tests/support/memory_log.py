"""A log in memory, for tests of what is above it: it passes the same contract suite as Kafka's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

from shared.log.record import BATCH_MAX, STOP_S, Deferred, Deliver, OnFailure, Place, Record, offsets_after
from shared.observe.ending import end_process
from shared.observe.metrics import metrics


@dataclass(eq=False)
class _Member:
    """One subscription of one MemoryBus, as its group sees it."""

    group: str
    topics: Sequence[str]
    deliver: Deliver
    generation: int = -1
    positions: dict[Place, int] = field(default_factory=dict)
    handled: dict[Place, int] = field(default_factory=dict)
    in_hand: bool = False


@dataclass
class _Group:
    generation: int = 0
    members: list[_Member] = field(default_factory=list)
    committed: dict[Place, int] = field(default_factory=dict)


class MemoryLog:
    """What a broker holds: partitions, groups, offsets. Buses share one as processes share a broker."""

    def __init__(self, partitions: int = 3) -> None:
        self._partitions = partitions
        self._records: defaultdict[Place, list[Record]] = defaultdict(list)
        self._groups: defaultdict[str, _Group] = defaultdict(_Group)
        self._news = asyncio.Event()
        self.up = asyncio.Event()
        self.up.set()

    def places(self, topics: Sequence[str]) -> list[Place]:
        return [(topic, number) for topic in sorted(topics) for number in range(self._partitions)]

    def append(self, record: Record) -> None:
        number = crc32(record.key or b"") % self._partitions
        log = self._records[record.topic, number]
        log.append(replace(record, partition=number, offset=len(log)))
        self.wake()

    def records(self, place: Place) -> list[Record]:
        return self._records[place]

    def committed(self, group: str) -> Mapping[Place, int]:
        return self._groups[group].committed

    def note(self, group: str, offsets: Mapping[Place, int]) -> None:
        self._groups[group].committed.update(offsets)

    def wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        await self._news.wait()

    def join(self, member: _Member) -> None:
        self._rebalance(member.group, [*self._groups[member.group].members, member])

    def leave(self, member: _Member) -> None:
        self._rebalance(member.group, [m for m in self._groups[member.group].members if m is not member])

    def _rebalance(self, group: str, members: list[_Member]) -> None:
        self._groups[group].members = members
        self._groups[group].generation += 1
        self.wake()

    def assigned(self, member: _Member) -> list[Place]:
        members = self._groups[member.group].members
        if member not in members:
            return []
        turn, places = members.index(member), self.places(member.topics)
        return [place for number, place in enumerate(places) if number % len(members) == turn]

    def poll(self, member: _Member) -> list[Record]:
        """The next records of a member; after a rebalance it begins again where its group has committed."""
        group = self._groups[member.group]
        if member.generation != group.generation:
            member.generation, member.positions = group.generation, {}
        batch: list[Record] = []
        for place in self.assigned(member):
            at = member.positions.get(place, group.committed.get(place, 0))
            batch += self._records[place][at : at + BATCH_MAX - len(batch)]
        member.positions.update(offsets_after(batch))
        return batch

    def commit(self, member: _Member, offsets: Mapping[Place, int]) -> None:
        """Only of partitions that the member still has."""
        mine = set(self.assigned(member))
        kept = {place: offset for place, offset in offsets.items() if place in mine}
        self._groups[member.group].committed.update(kept)
        if len(kept) < len(offsets):
            metrics.commit_failures.labels(member.group).inc(len(offsets) - len(kept))
        self.wake()


class MemoryBus:
    """A Bus for tests. It passes the same contract suite as KafkaBus."""

    def __init__(self, log: MemoryLog | None = None, on_failure: OnFailure = end_process) -> None:
        self.log = log or MemoryLog()
        self._on_failure = on_failure
        self._members: list[_Member] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def append(self, records: Sequence[Record]) -> None:
        await self.log.up.wait()
        for record in records:
            self.log.append(record)

    def subscribe(self, group: str, topics: Sequence[str], deliver: Deliver, *, gathered: bool = False) -> None:
        self._members.append(_Member(group, topics, deliver))

    async def start(self) -> None:
        for member in self._members:
            self.log.join(member)
            self._tasks.append(asyncio.create_task(self._consume(member)))

    async def stop(self) -> None:
        self._stopping = True
        self.log.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for member in self._members:
            self.log.leave(member)

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        await self.log.up.wait()
        return {place: len(self.log.records(place)) for place in self.log.places(topics)}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        await self.log.up.wait()
        return {place: at for place, at in self.log.committed(group).items() if place[0] in topics}

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        self.log.note(group, offsets)

    async def read(self, topic: str, since: Mapping[Place, int] | None = None) -> list[Record]:
        from_ = since or {}
        return [one for place in self.log.places([topic]) for one in self.log.records(place)[from_.get(place, 0) :]]

    def unready(self) -> list[str]:
        return [] if self.log.up.is_set() else ["The log does not answer."]

    async def settle(self) -> None:
        """Return when every subscription of this bus is done with all that there is."""
        for member in self._members:
            while member.in_hand or not await self._done(member):
                await self.log.news()

    async def _done(self, member: _Member) -> bool:
        ends, done = await self.ends(member.topics), self.log.committed(member.group)
        return all(done.get(place, 0) >= end for place, end in ends.items())

    async def _consume(self, member: _Member) -> None:
        while not self._stopping:
            await self.log.up.wait()
            batch = self.log.poll(member)
            if not batch:
                await self.log.news()
            elif not await self._handled(member, batch):
                return

    async def _handled(self, member: _Member, batch: list[Record]) -> bool:
        member.in_hand = True
        try:
            await member.deliver(batch)
        except Deferred:
            member.handled.update(offsets_after(batch))
        except Exception as error:
            self._on_failure(member.group, error)
            return False
        else:
            self.log.commit(member, {**member.handled, **offsets_after(batch)})
            member.handled = {}
        finally:
            member.in_hand = False
        return True
