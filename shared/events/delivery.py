"""How a batch is handled: poison is set aside, a transient failure is waited out, and a circuit breaker ends the
process where nothing succeeds.

Poison is an allow-list: what breaks its contract (Undecodable), and what PostgreSQL refuses for its data (SQLSTATE
class 22 or 23). Everything else is transient: a database that restarts or is full, a log that is away.

The circuit breaker is for faults of our own. What is Foreign (no event of ours) never counts for it, so that nobody who
can write to a topic can stop its readers; and a person who has looked can let pass what a topic holds
(shared.events.dead.let_pass).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from shared.contracts import BODY_MAX_BYTES, Foreign, Undecodable
from shared.database.pool import Database
from shared.database.tx import DatabaseFailed, Tx
from shared.events.dead import letter, passer, replay_topic, restored
from shared.log.record import Bus, Deferred, Place, Record
from shared.observe import work
from shared.observe.ending import end_if_cancelled
from shared.observe.logs import log
from shared.observe.metrics import metrics

PAUSE_MIN_S = 0.1
PAUSE_MAX_S = 1.0  # the end of somebody's access may be what waits
POISON_RUN_MAX = 20
"""So much poison one after another is our own fault: stop, rather than pour the log into the dead letters."""
POISON_CLASSES = frozenset({"22", "23"})  # data exception; integrity constraint violation

Spot = tuple[str, int, int]


class CircuitOpen(Exception):
    """Nothing but poison, or poison where none may be set aside: a person must look."""


class Reader(Protocol):
    """What one group makes of its records."""

    doing: str
    stops: bool
    """Its reactions do not commute: poison ends the process instead of being set aside."""

    prompt: bool
    """A lone record is handed over at once, instead of with those that come a moment later."""

    @property
    def doubt(self) -> Callable[[Tx, Sequence[Record]], Awaitable[None]] | None:
        """Marks what is kept of these records' keys as doubtful: they are about to be set aside, and were newer."""

    def read(self, record: Record) -> Any:
        """What the record says; None: not for us. Raises Undecodable."""

    async def apply(self, tx: Tx, said: Sequence[Any]) -> None:
        """Let it all take effect, in this transaction."""

    async def before(self) -> None:
        """Return when the group may go on."""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    record: Record
    said: Any


@dataclass(frozen=True, slots=True)
class Unhandled:
    """A record that cannot be handled. `foreign`: it does not bear on whether our own code works."""

    record: Record
    error: str
    foreign: bool = False


def bad_of(record: Record, error: Exception) -> Unhandled:
    """A tombstone that the database refuses counts as foreign: its key is none of ours."""
    return Unhandled(record, poisonous(error) or "", isinstance(error, Foreign) or record.value is None)


def spot(record: Record) -> Spot:
    return record.topic, record.partition, record.offset


def poisonous(error: Exception) -> str | None:
    """The name of what is wrong with the record itself; None: the record is not to blame."""
    if isinstance(error, Undecodable):
        return str(error) or "Undecodable"
    if isinstance(error, DatabaseFailed) and error.sqlstate and error.sqlstate[:2] in POISON_CLASSES:
        return f"SQLSTATE {error.sqlstate}"
    return None


class Delivery:
    """Handles the batches of one group. `unready` says why nothing moves, if nothing does."""

    def __init__(self, db: Database, bus: Bus, group: str, reader: Reader) -> None:
        self._db, self._bus, self._group, self._reader = db, bus, group, reader
        self._succeeded = False
        self._run = 0
        self._held: dict[Spot, Unhandled] = {}
        self._may_pass: dict[Place, int] = {}
        self._waits_for: str | None = None

    @property
    def unready(self) -> str | None:
        if self._waits_for:
            return f"{self._group} waits and tries again: {self._waits_for}."
        if self._held:
            return f"{self._group} has had nothing but records that it cannot handle: {len(self._held)}."
        return None

    async def deliver(self, records: Sequence[Record]) -> None:
        """Return when each record has had its effect, is not for us, or is set aside."""
        with _delivered(self._group, self._reader.doing, records):
            good, bad = self._sorted(records)
            if good:
                await self._patiently(self._reader.before)
                bad |= await self._applied(good)
            done = [item.record for item in good if spot(item.record) not in bad]
            ours = await self._unexcused(bad)
            self._note_outcome(records, set(map(spot, done)), ours)
            await self._bury([one for place, one in bad.items() if place not in ours], done)
            await self._set_aside(ours, done)

    def _sorted(self, records: Sequence[Record]) -> tuple[list[ReadRecord], dict[Spot, Unhandled]]:
        good: list[ReadRecord] = []
        bad: dict[Spot, Unhandled] = {}
        for record in records:
            try:
                item = self._read(record)
            except Undecodable as error:
                bad[spot(record)] = bad_of(record, error)
            else:
                if item:
                    good.append(item)
        return good, bad

    def _read(self, record: Record) -> ReadRecord | None:
        origin = record
        if record.topic == replay_topic(self._group):
            if record.value is None:
                return None  # by now the key may live again
            origin = restored(record)
        if len(origin.value or b"") > BODY_MAX_BYTES:
            raise Foreign("TooLarge")  # `emit` bounds what is ours
        said = self._reader.read(origin)
        return None if said is None else ReadRecord(record, said)

    async def _applied(self, items: Sequence[ReadRecord]) -> dict[Spot, Unhandled]:
        """All in one transaction; if one of them is poison, by halves, in order, until it is alone."""
        try:
            await self._patiently(lambda: self._once(items))
        except (Undecodable, DatabaseFailed) as error:
            if len(items) == 1:
                return {spot(items[0].record): bad_of(items[0].record, error)}
            middle = len(items) // 2
            return await self._applied(items[:middle]) | await self._applied(items[middle:])
        return {}

    async def _once(self, items: Sequence[ReadRecord]) -> None:
        async with self._db.by_itself(self._reader.doing) as tx:
            await self._reader.apply(tx, [item.said for item in items])

    async def _patiently(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Try until it succeeds or shows poison; the group's membership is kept meanwhile."""
        pause_s = PAUSE_MIN_S
        while True:
            try:
                await attempt()
            except Exception as error:
                if poisonous(error):
                    raise
                end_if_cancelled()
                self._wait_for(type(error).__name__)
                log.warning("delivery waits", group=self._group, pause_s=pause_s, exc_info=error)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MAX_S)
            else:
                self._wait_for(None)
                return

    def _wait_for(self, what: str | None) -> None:
        self._waits_for = what
        metrics.waiting.labels(self._group).set(1 if what else 0)

    async def _unexcused(self, bad: Mapping[Spot, Unhandled]) -> dict[Spot, Unhandled]:
        """Those that may be our own fault, and that nobody has let pass."""
        ours = {place: one for place, one in bad.items() if not one.foreign}
        if ours:
            await self._patiently(lambda: self._look_what_may_pass({topic for topic, _, _ in ours}))
        return {place: one for place, one in ours.items() if place[2] >= self._may_pass.get(place[:2], 0)}

    async def _look_what_may_pass(self, topics: set[str]) -> None:
        self._may_pass = await self._bus.committed(passer(self._group), sorted(topics))

    def _note_outcome(self, records: Sequence[Record], done: set[Spot], bad: Mapping[Spot, Unhandled]) -> None:
        """Raise CircuitOpen before a long run of poison is set aside, or any where order forbids it."""
        longest = self._run
        for place in map(spot, records):
            if place in done:
                self._run = 0
            elif place in bad and place not in self._held:
                self._run += 1
                longest = max(longest, self._run)
        self._succeeded = self._succeeded or bool(done)
        if longest > POISON_RUN_MAX or (bad and self._reader.stops):
            raise CircuitOpen(self._group)

    async def _set_aside(self, bad: Mapping[Spot, Unhandled], done: Sequence[Record]) -> None:
        """Into the group's dead letters; but while nothing has succeeded the fault may be ours, and they are held."""
        self._held |= bad
        if not self._held:
            return
        if not self._succeeded:
            raise Deferred(self._group)
        await self._bury(list(self._held.values()), done)
        self._held = {}

    async def _bury(self, bad: Sequence[Unhandled], done: Sequence[Record]) -> None:
        """Append to the group's dead letters; mark what is kept of their keys as doubtful, but for foreign ones."""
        if not bad:
            return
        doubtful = [one.record for one in bad if not one.foreign and self._is_newest(one.record, done)]
        if (doubt := self._reader.doubt) and doubtful:
            await self._patiently(partial(self._doubted, doubt, doubtful))
        letters = [letter(one.record, self._group, one.error) for one in bad]
        await self._patiently(lambda: self._bus.append(letters))
        metrics.dead.labels(self._group).inc(len(letters))
        for one in bad:
            log.error("set aside", group=self._group, topic=one.record.topic, partition=one.record.partition,
                      offset=one.record.offset, error=one.error)  # fmt: skip

    async def _doubted(
        self, doubt: Callable[[Tx, Sequence[Record]], Awaitable[None]], records: Sequence[Record]
    ) -> None:
        async with self._db.by_itself("doubt") as tx:
            await doubt(tx, records)

    def _is_newest(self, record: Record, done: Sequence[Record]) -> bool:
        """Whether nothing later of its key was done. One that was replayed is old: it was doubted when it was new."""
        key = record.topic, record.key
        later = any((one.topic, one.key) == key and one.offset > record.offset for one in done)
        return record.topic != replay_topic(self._group) and not later


def _delivered(group: str, doing: str, records: Sequence[Record]) -> AbstractContextManager[None]:
    """The one place where a delivery is seen by operators: its spans, its metrics and its log line."""
    return work.delivery(group, doing, list(_traceparents(records)))


def _traceparents(records: Sequence[Record]) -> Iterator[str | None]:
    for record in records:
        found = next((value for name, value in record.headers if name == "traceparent"), None)
        yield found.decode("ascii", "replace") if found else None
