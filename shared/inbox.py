"""From log to service: each fact has its effect once, of each state the newest is kept, a bad record stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.barrier import Barrier
from shared.bus import Bus, Record
from shared.contracts import Event, Fact, Foreign, Meta, State, read
from shared.db import Database, Tx
from shared.dead import replay_topic
from shared.delivery import Delivery, Reader


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact as it came. `event` is None where the type is not known here (only with `everything`)."""

    meta: Meta
    event: Event | None
    record: Record


@dataclass(frozen=True)
class Hears:
    """Facts that are reacted to, each exactly once. `react` gets the new ones of a batch, in order for each key.

    `everything`: all that is on those facts' topics, also types that are not known here. `stops`: these reactions do
    not commute, so a record that cannot be handled ends the process instead of being set aside.
    """

    facts: tuple[type[Fact], ...]
    react: Callable[[Tx, Sequence[Heard]], Awaitable[None]]
    group: str
    everything: bool = False
    stops: bool = False


@dataclass(frozen=True)
class Follows:
    """A state that is kept. `put` gets the newest revision of each key in a batch, sorted by key, and must itself
    ignore what is not newer than what it has: batches come again. `forget` gets keys, before `put` does.

    `after`: put only when this service is done with all that the topics of those states held when the record came.
    `every` gets each revision of a batch, before `put` gets the newest: for what is to be kept of those between, too.
    `doubt` gets the keys of records that are set aside: what is kept of them may be old. `prompt`: a person waits for
    it, so that a lone record is handed over at once instead of with those that come within a tenth of a second.
    """

    state: type[State]
    put: Callable[[Tx, Sequence[Any]], Awaitable[None]]
    forget: Callable[[Tx, Sequence[str]], Awaitable[None]]
    group: str = "states"
    after: tuple[type[State], ...] = ()
    prompt: bool = False
    doubt: Callable[[Tx, Sequence[str]], Awaitable[None]] | None = None
    every: Callable[[Tx, Sequence[Any]], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Folds:
    """A foreign topic, record by record in order, tombstones too. A batch may come again, also late: after a rebalance
    the old owner may still be at it; so a fold compares positions and lets the newer stand. It may raise Undecodable.
    """

    topic: str
    fold: Callable[[Tx, Sequence[Record]], Awaitable[None]]
    group: str
    stops: bool = False


class Inboxes:
    """All groups of one service in this process."""

    def __init__(
        self, service: str, db: Database, bus: Bus,
        hears: Sequence[Hears] = (), follows: Sequence[Follows] = (), folds: Sequence[Folds] = (),
    ) -> None:  # fmt: skip
        self._bus = bus
        readers = _readers(service, bus, hears, follows, folds)
        self._deliveries = {group: Delivery(db, bus, group, reader) for group, (reader, _) in readers.items()}
        for group, (reader, topics) in readers.items():
            deliver = self._deliveries[group].deliver
            bus.subscribe(group, [*topics, replay_topic(group)], deliver, gathered=not reader.prompt)

    async def run(self) -> None:
        """Until cancelled; then stop the bus, which finishes the batch in hand."""
        await self._bus.start()
        await asyncio.Event().wait()

    async def unready(self) -> str | None:
        """Why records do not flow, in words; None: they do."""
        reasons = [*self._bus.unready(), *(d.unready for d in self._deliveries.values() if d.unready)]
        return " ".join(reasons) or None


def _readers(
    service: str, bus: Bus, hears: Sequence[Hears], follows: Sequence[Follows], folds: Sequence[Folds]
) -> dict[str, tuple[Reader, list[str]]]:
    """Each group's reader and topics. Facts, states and foreign topics never share a group."""
    found: dict[str, tuple[Reader, list[str]]] = {}
    for name in sorted({one.group for one in hears}):
        mine = [one for one in hears if one.group == name]
        group = f"{service}.{name}"
        found[group] = Once(group, mine), sorted({fact.topic for one in mine for fact in one.facts})
    for name in sorted({one.group for one in follows}):
        states = [one for one in follows if one.group == name]
        barrier = Barrier(bus, _awaited(service, states, follows))
        found[f"{service}.{name}"] = Newest(states, barrier), sorted(one.state.topic for one in states)
    for one in folds:
        found[f"{service}.{one.group}"] = Raw(one), [one.topic]
    if len(found) < len({*(h.group for h in hears)}) + len({*(f.group for f in follows)}) + len(folds):
        raise ValueError(f"{service}: facts, states and foreign topics may not share a group")
    return found


def _awaited(service: str, mine: Sequence[Follows], all_follows: Sequence[Follows]) -> dict[str, list[str]]:
    """The groups that must be ahead of these follows, with their topics."""
    awaited: dict[str, list[str]] = {}
    for state in dict.fromkeys(state for one in mine for state in one.after):
        group = next((one.group for one in all_follows if one.state is state), None)
        if group is None:
            raise ValueError(f"{service} does not follow {state.__name__}, so nothing can come after it")
        awaited.setdefault(f"{service}.{group}", []).append(state.topic)
    return awaited


def _headers(record: Record) -> dict[str, bytes]:
    headers = dict(record.headers)
    if None in headers.values():  # Kafka allows a header without a value
        raise Foreign("Header")
    return headers


class Once:
    """Facts: those that this group has not noted yet."""

    prompt, doubt = False, None

    def __init__(self, group: str, hears: Sequence[Hears]) -> None:
        self._group, self._hears = group, hears
        self._types: dict[str, type[Event]] = {fact.type: fact for one in hears for fact in one.facts}
        self._everything = any(one.everything for one in hears)
        self.stops = any(one.stops for one in hears)
        self.doing = hears[0].react.__name__

    async def before(self) -> None:
        """Facts wait for nothing."""

    def read(self, record: Record) -> Heard | None:
        if record.value is None:
            raise Foreign("Tombstone")
        meta = Meta.from_headers(_headers(record))
        known = (Event.known if self._everything else self._types).get(meta.type)
        if known is None:
            return Heard(meta, None, record) if self._everything else None
        return Heard(meta, read(known, record.value), record)

    async def apply(self, tx: Tx, said: Sequence[Heard]) -> None:
        new = await self._noted(tx, said)
        for hears in self._hears:
            mine = [heard for heard in new if hears.everything or isinstance(heard.event, hears.facts)]
            if mine:
                await hears.react(tx, mine)

    async def _noted(self, tx: Tx, said: Sequence[Heard]) -> list[Heard]:
        """Those not noted before; in order of their ids, so that two owners of one batch cannot deadlock."""
        ids = {(heard.meta.source, heard.meta.id.int): heard.meta.id for heard in said}
        rows = await tx.rows(
            """
            INSERT INTO inbox (group_name, source, event_id)
            SELECT $1, * FROM unnest($2::text[], $3::uuid[])
                ON CONFLICT DO NOTHING
            RETURNING source, event_id
            """,
            self._group, [source for source, _ in sorted(ids)], [ids[one] for one in sorted(ids)],
        )  # fmt: skip
        new: set[tuple[str, UUID]] = {(row["source"], row["event_id"]) for row in rows}
        found = []
        for heard in said:
            if (heard.meta.source, heard.meta.id) in new:
                new.discard((heard.meta.source, heard.meta.id))  # the same one again in this batch is not new
                found.append(heard)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a record says of a key: its state, or (None) that it is to be forgotten."""

    topic: str
    key: str
    state: State | None


class Newest:
    """States: the newest revision of each key."""

    stops = False
    doing = "follow"

    def __init__(self, follows: Sequence[Follows], barrier: Barrier) -> None:
        self._follows = {one.state.topic: one for one in follows}
        self.prompt = any(one.prompt for one in follows)
        self.doubt = self._doubt if any(one.doubt for one in follows) else None
        self._barrier = barrier

    async def before(self) -> None:
        await self._barrier.passed()

    def read(self, record: Record) -> Change | None:
        state_type = self._follows[record.topic].state if record.topic in self._follows else None
        if state_type is None:
            return None
        if record.value is None:
            return Change(record.topic, _text(record.key), None)
        if Meta.from_headers(_headers(record)).type != state_type.type:
            return None
        state = read(state_type, record.value)
        assert isinstance(state, State)
        return Change(record.topic, state.key, state)

    async def apply(self, tx: Tx, said: Sequence[Change]) -> None:
        for topic, follows in self._follows.items():
            changes = [change for change in said if change.topic == topic]
            if follows.every and (states := [change.state for change in changes if change.state]):
                await follows.every(tx, states)
            forgotten, newest = _outcome(changes)
            if forgotten:
                await follows.forget(tx, sorted(forgotten))
            if newest:
                await follows.put(tx, [newest[key] for key in sorted(newest)])

    async def _doubt(self, tx: Tx, records: Sequence[Record]) -> None:
        for topic, follows in self._follows.items():
            keys = [(one.key or b"").decode(errors="replace") for one in records if one.topic == topic]
            if follows.doubt:  # no row has a key with NUL, and PostgreSQL would refuse to look
                await follows.doubt(tx, [key for key in keys if "\x00" not in key])


def _outcome(changes: Sequence[Change]) -> tuple[set[str], dict[str, State]]:
    """Keys with a tombstone, and of each key the newest state after its last tombstone."""
    forgotten: set[str] = set()
    newest: dict[str, State] = {}
    for change in changes:
        if change.state is None:
            forgotten.add(change.key)
            newest.pop(change.key, None)
        elif change.key not in newest or change.state.revision > newest[change.key].revision:
            newest[change.key] = change.state
    return forgotten, newest


def _text(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise Foreign("Key") from None


class Raw:
    """A foreign topic: the records as they are."""

    prompt = True  # what is said of it cannot be earlier than it is folded
    doubt = None  # of which row it was is not known

    def __init__(self, folds: Folds) -> None:
        self._folds = folds
        self.stops = folds.stops
        self.doing = folds.fold.__name__

    async def before(self) -> None:
        """A foreign topic waits for nothing."""

    def read(self, record: Record) -> Record:
        return record

    async def apply(self, tx: Tx, said: Sequence[Record]) -> None:
        await self._folds.fold(tx, said)
