"""All consumer groups of a service in one process: which reader has which topics, and in which order they begin."""

import asyncio
from collections.abc import Sequence

from shared.database.pool import Database
from shared.database.tx import Tx
from shared.events.dead import replay_topic
from shared.events.delivery import Delivery, Reader
from shared.events.facts import Once
from shared.events.states import Newest
from shared.events.watermark import Watermark
from shared.log.record import Bus, Record
from shared.manifest import Ingestion, Projection, Reaction


class Raw:
    """The reader of a foreign topic, such as the one that Debezium writes: records are handed on as they are."""

    prompt = True  # no state can be emitted earlier than its row is ingested
    doubt = None  # whose row it was is not known

    def __init__(self, ingestion: Ingestion) -> None:
        self._ingestion = ingestion
        self.stops = ingestion.stops
        self.doing = ingestion.to.__name__

    async def before(self) -> None:
        """A foreign topic waits for nothing."""

    def read(self, record: Record) -> Record:
        return record

    async def apply(self, tx: Tx, said: Sequence[Record]) -> None:
        await self._ingestion.to(tx, said)


class Consumers:
    """All groups of one service in this process."""

    def __init__(
        self, service: str, db: Database, bus: Bus,
        reacts_to: Sequence[Reaction] = (), projects: Sequence[Projection] = (), ingests: Sequence[Ingestion] = (),
    ) -> None:  # fmt: skip
        self._bus = bus
        readers = _readers(service, bus, reacts_to, projects, ingests)
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
    service: str, bus: Bus, reacts_to: Sequence[Reaction], projects: Sequence[Projection], ingests: Sequence[Ingestion]
) -> dict[str, tuple[Reader, list[str]]]:
    """Each group's reader and topics. Facts, states and topics of others never share a group."""
    found: dict[str, tuple[Reader, list[str]]] = {}
    for name in sorted({one.group for one in reacts_to}):
        mine = [one for one in reacts_to if one.group == name]
        group = f"{service}.{name}"
        found[group] = Once(group, mine), sorted({fact.topic for one in mine for fact in one.facts})
    for name in sorted({one.group for one in projects}):
        states = [one for one in projects if one.group == name]
        watermark = Watermark(bus, _awaited(service, states, projects))
        found[f"{service}.{name}"] = Newest(states, watermark), sorted(one.state.topic for one in states)
    for one in ingests:
        found[f"{service}.{one.group}"] = Raw(one), [one.topic]
    if len(found) < len({*(r.group for r in reacts_to)}) + len({*(p.group for p in projects)}) + len(ingests):
        raise ValueError(f"{service}: facts, states and topics of others may not share a group")
    return found


def _awaited(service: str, mine: Sequence[Projection], every: Sequence[Projection]) -> dict[str, list[str]]:
    """The groups that must be ahead of these projections, with their topics."""
    awaited: dict[str, list[str]] = {}
    for state in dict.fromkeys(state for one in mine for state in one.after):
        group = next((one.group for one in every if one.state is state), None)
        if group is None:
            raise ValueError(f"{service} does not project {state.__name__}, so nothing can come after it")
        awaited.setdefault(f"{service}.{group}", []).append(state.topic)
    return awaited
