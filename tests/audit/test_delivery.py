"""The manifest at work: facts come from the log and are in the record, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from services.audit.app import EVERY_FACT, service
from shared.contracts.identity import Account
from shared.events.consumers import Consumers
from shared.log.record import Record
from tests.audit.world import CAUSE, NOON, OFFICER, office, received, refusal, search, unknown
from tests.contracts import frozen
from tests.support.databases import Clone
from tests.support.memory_log import MemoryBus

GROUP = "audit.record"


@dataclass(frozen=True)
class Stage:
    audit: Clone
    bus: MemoryBus

    async def deliver(self, *records: Record) -> None:
        await self.bus.append(records)
        await self.bus.settle()

    async def entries(self) -> object:
        return await self.audit.value("SELECT count(*) FROM entry")


@pytest.fixture
async def stage(database: Callable[..., Awaitable[Clone]]) -> AsyncIterator[Stage]:
    audit, bus = await database("audit"), MemoryBus()
    Consumers(service.name, audit.db, bus, *service.consumed())
    await bus.start()
    yield Stage(audit, bus)
    await bus.stop()


def test_audit_reacts_to_every_fact_of_every_contract() -> None:
    assert set(EVERY_FACT) == {event for event in frozen.events().values() if event.topic.endswith(".facts.v1")}


async def test_facts_of_every_service_are_written_down(stage: Stage) -> None:
    await stage.deliver(received(search()).record, received(refusal()).record)
    assert await stage.entries() == 2


async def test_a_fact_delivered_again_is_one_entry(stage: Stage) -> None:
    one = received(search()).record
    await stage.deliver(one, one)
    await stage.deliver(one)
    assert await stage.entries() == 1


async def test_an_unknown_type_on_a_known_topic_is_written_down(stage: Stage) -> None:
    await stage.deliver(unknown(b'{"outcome": "withdrawn"}').record)
    assert await stage.audit.value("SELECT known FROM entry") is False


async def test_what_cannot_be_read_is_set_aside_and_all_others_are_written_down(stage: Stage) -> None:
    await stage.deliver(received(search()).record)
    bad = replace(received(search()).record, value=b'{"asked": 7}')
    await stage.deliver(received(search()).record, bad, received(search()).record)
    assert await stage.entries() == 3
    assert [record.value for record in await stage.bus.read(f"{GROUP}.dead")] == [b'{"asked": 7}']


async def test_one_id_from_two_sources_is_set_aside_not_lost(stage: Stage) -> None:
    first = received(search())
    second = received(refusal(), id=first.meta.id)
    await stage.deliver(first.record)
    await stage.deliver(second.record)
    assert await stage.entries() == 1
    assert [record.value for record in await stage.bus.read(f"{GROUP}.dead")] == [second.record.value]


async def emitted(stage: Stage) -> Record:
    """What audit itself has emitted, as its relay would hand it over."""
    async with stage.audit.db.transaction(CAUSE) as tx:
        row = await tx.row("SELECT topic, key, headers, body FROM outbox")
    assert row is not None
    headers = tuple((name, value.encode()) for name, value in row["headers"].items())
    return Record(row["topic"], row["key"].encode(), row["body"], headers)


async def test_a_state_that_arrives_gives_the_name(stage: Stage) -> None:
    async with stage.audit.db.transaction(CAUSE) as tx:
        await tx.emit(Account(account_id=OFFICER.account, name="Dara Field", revision=1))
    await stage.deliver(await emitted(stage))
    assert await stage.audit.value("SELECT name FROM person") == "Dara Field"


async def test_a_reading_comes_back_as_a_fact_and_can_be_read(stage: Stage) -> None:
    await stage.deliver(received(search(), NOON).record)
    web = office(stage.audit)
    await web.post("/readings", {}, OFFICER)
    await stage.deliver(await emitted(stage))
    answer = await web.post("/readings", {"kind": "AuditRead"}, OFFICER)
    [entry] = answer.json()["entries"]
    assert entry["actor"]["id"] == str(OFFICER.account)
    assert entry["body"]["entries"] == 1
