"""Who may do what on Kafka: what the manifests say and nothing else, refused by the broker itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)

from deploy.operate.acls import principals, wanted
from deploy.operate.rights import Doing, Kind, Right, change_rights, right, rights
from deploy.services import NAMES, load, load_all
from shared.contracts.identity import Session
from shared.contracts.lookup import SearchMade
from shared.database.tx import Cause
from shared.events.dead import dead_topic, replay_topic
from shared.events.relay import Relay
from shared.log.kafka import Cluster, KafkaBus
from shared.log.record import Record
from tests.deploy.operate import guarded as made
from tests.deploy.operate.guarded import OLD, Guarded
from tests.shared.world import Ear, counted, fact_type
from tests.support.databases import Clone
from tests.support.until import until

pytestmark = pytest.mark.engines

SPEAKING = [name for name in NAMES if made.rights(name).groups]


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[Guarded]:
    async with made.guarded() as running:
        yield running


@pytest.mark.parametrize("user", ["referrals", "audit", "connect"])
async def test_a_forged_search_is_refused(broker: Guarded, user: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await broker.append(user, SearchMade.topic)


@pytest.mark.parametrize("user", ["lookup", "audit", "connect"])
async def test_a_forged_session_is_refused(broker: Guarded, user: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await broker.append(user, Session.topic)


async def test_a_service_that_has_nothing_to_say_is_not_even_known(broker: Guarded) -> None:
    with pytest.raises(SaslAuthenticationFailed):
        await broker.append("gateway", SearchMade.topic)


async def test_a_wrong_password_is_refused_and_said(broker: Guarded) -> None:
    with pytest.raises(SaslAuthenticationFailed):
        await KafkaBus(replace(broker.cluster("lookup"), password="guess"), "test").append([Record("t", b"k", b"v")])


@pytest.mark.parametrize("door", ["servers", "controller"])
async def test_nobody_comes_in_without_a_name(broker: Guarded, door: str) -> None:
    bus = KafkaBus(getattr(broker, door), "test-anonymous")
    with pytest.raises((KafkaError, TimeoutError)):
        await bus.ends([SearchMade.topic])
    await bus.stop()


async def test_a_service_does_not_come_in_by_the_controllers_door(broker: Guarded) -> None:
    bus = KafkaBus(replace(broker.cluster("lookup"), servers=broker.controller), "test")
    with pytest.raises(KafkaError):
        await bus.ends([SearchMade.topic])
    await bus.stop()


@pytest.mark.parametrize("service", SPEAKING)
async def test_a_service_can_do_all_that_its_manifest_says(broker: Guarded, service: str) -> None:
    bus, ears = broker.bus(service), {}
    for group, topics in load(service).groups.items():
        ears[group] = Ear()
        bus.subscribe(group, [*topics, replay_topic(group)], ears[group])
    await bus.start()
    await bus.append([Record(topic, b"key", b"{}") for topic in made.rights(service).writes])
    operator = KafkaBus(broker.operator, "test-operator")
    await operator.append([Record(topic, b"key", b"{}") for topic in made.rights(service).reads])

    async def behind() -> list[str]:
        found = []
        for group, topics in load(service).groups.items():
            ends, done = await bus.ends(topics), await bus.committed(group, topics)
            found += [group for place, end in ends.items() if done.get(place, 0) < end]
        return found or [group for group, ear in ears.items() if not ear.heard] or bus.unready()

    await until(behind, lambda left: left == [], within_s=30)
    await bus.stop()
    await operator.stop()


@pytest.mark.parametrize("aside", [dead_topic, replay_topic])
async def test_nobody_writes_to_anothers_dead_letters_or_has_it_hear_them_again(
    broker: Guarded, aside: Callable[[str], str]
) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await broker.append("lookup", aside("audit.record"))


async def test_nobody_has_itself_hear_anything_again(broker: Guarded) -> None:
    """A replay is an operator's right: a service that could do it could make up what its own group has heard."""
    with pytest.raises(TopicAuthorizationFailedError):
        await broker.append("audit", replay_topic("audit.record"))


async def heard(ear: Ear, bus: KafkaBus, body: bytes = b"{}") -> None:
    async def look() -> tuple[bool, list[str]]:
        return body in ear.values, bus.unready()

    await until(look, lambda now: now == (True, []), within_s=30)


async def said(bus: KafkaBus, what: str) -> None:
    async def look() -> str:
        return " ".join(bus.unready())

    await until(look, lambda words: what in words, within_s=30)


async def test_anothers_group_is_refused_and_readiness_says_so(broker: Guarded) -> None:
    failures: list[Exception] = []
    bus = KafkaBus(broker.cluster("referrals"), "test", on_failure=lambda _, error: failures.append(error))
    bus.subscribe("lookup.states", ["feed.child.v1"], Ear())
    await bus.start()
    await said(bus, GroupAuthorizationFailedError.__name__)
    with pytest.raises(GroupAuthorizationFailedError):
        await bus.committed("lookup.states", ["feed.child.v1"])
    await bus.stop()
    assert failures == []


async def test_anothers_topic_is_not_read_and_readiness_says_so(broker: Guarded) -> None:
    failures: list[Exception] = []
    bus = KafkaBus(broker.cluster("lookup"), "test", on_failure=lambda _, error: failures.append(error))
    bus.subscribe("lookup.states", ["referrals.facts.v1"], Ear())
    await bus.start()
    await said(bus, TopicAuthorizationFailedError.__name__)
    await bus.stop()
    assert failures == []


async def test_a_wrong_password_is_said_by_readiness(broker: Guarded) -> None:
    bus = KafkaBus(replace(broker.cluster("lookup"), password="guess"), "test")
    bus.subscribe("lookup.states", ["feed.child.v1"], Ear())
    await bus.start()
    await said(bus, SaslAuthenticationFailed.__name__)
    await bus.stop()


@pytest.mark.parametrize(("kind", "name"), [(Kind.group, "identity.access"), (Kind.topic, Session.topic)])
async def test_a_right_that_is_taken_meanwhile_is_said_and_given_again_heals(
    broker: Guarded, kind: Kind, name: str
) -> None:
    """A group without its right stands still, sets nothing aside and ends nothing. This one may still write there."""
    failures: list[Exception] = []
    bus = KafkaBus(broker.cluster("identity"), "test", on_failure=lambda _, error: failures.append(error))
    bus.subscribe("identity.access", [Session.topic], ear := Ear())
    await bus.start()
    await broker.append("identity", Session.topic)
    await heard(ear, bus)
    await change_rights(broker.operator, give=[], take=[right("identity", Doing.read, kind, name)])
    await broker.append("identity", Session.topic, b"meanwhile")
    await said(bus, "AuthorizationFailedError")
    await broker.apply()
    await heard(ear, bus, b"meanwhile")
    await bus.stop()
    assert failures == []


async def test_a_relay_that_may_not_write_says_so_and_keeps_what_waits(
    broker: Guarded, database: Callable[..., Awaitable[Clone]]
) -> None:
    suite = await database("suite")
    async with suite.db.transaction(Cause("test", uuid4())) as tx:
        await tx.emit(counted(fact_type(Session.topic), 1))
    relay = Relay(suite.db, lambda: broker.bus("lookup"))
    task = asyncio.create_task(relay.run())
    await until(relay.unready, lambda words: TopicAuthorizationFailedError.__name__ in (words or ""), within_s=30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await suite.value("SELECT count(*) FROM outbox") == 1


async def test_applied_again_nothing_changes(broker: Guarded) -> None:
    done = await broker.apply()
    assert (done.given, done.taken) == ([], [])
    assert await rights(broker.operator) >= wanted(load_all())


async def test_what_no_manifest_says_is_taken_and_others_keep_theirs_unless_we_are_alone(broker: Guarded) -> None:
    old = right("lookup", Doing.write, Kind.topic, Session.topic)
    watcher = right("watcher", Doing.describe, Kind.group, "audit.record")
    await change_rights(broker.operator, give=[old, watcher], take=[])
    assert (await broker.apply(keep=True)).taken == []
    done = await broker.apply()
    assert (done.taken, done.left) == ([str(old)], [str(watcher)])
    assert (await broker.apply(alone=True)).taken == [str(watcher)]
    assert await rights(broker.operator) == wanted(load_all())


async def test_what_was_written_before_there_were_users_is_still_there(broker: Guarded) -> None:
    bus = broker.bus("audit")
    assert OLD.value in [record.value for record in await bus.read(OLD.topic)]
    await bus.stop()


def test_no_right_is_for_all_or_for_what_begins_alike() -> None:
    def plain(line: Right) -> bool:
        return line.name is not None and "*" not in line.name and line.principal != "User:*"

    assert all(plain(line) for line in wanted(load_all()))
    assert "gateway" not in principals(load_all())


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Cluster("somewhere:9092", "SASL_SSL", "lookup", "secret"))
