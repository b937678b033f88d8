"""Audit's world: facts as they are delivered, states as they are projected, and the officer who reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.audit.app import service
from services.audit.recording import reactions
from services.audit.settings import Settings
from shared.contracts import Fact, Meta, State
from shared.contracts.lookup import Asked, SearchMade, Shown
from shared.contracts.referrals import ReferralRefused
from shared.database.tx import Cause
from shared.events.facts import ReceivedFact
from shared.log.record import Record
from tests.support.databases import Clone
from tests.support.projecting import projectors
from tests.support.until import until
from tests.support.web import AGREEMENT, SCHOOL, Web, caller, web

NOON = datetime(2026, 4, 3, 12, 0, tzinfo=UTC)
CAUSE = Cause("audit", UUID(int=1))
OFFICER = caller("data_protection_officer")


def search(**fields: Any) -> SearchMade:
    """A lead found a child."""
    told = {
        "search_id": uuid4(), "actor": uuid4(), "role": "lead", "school": SCHOOL, "agreement": AGREEMENT,
        "children": (uuid4(),), "purpose": "welfare", "outcome": "found", "asked": Asked(upn="B801200005001"),
        "shown": Shown(given_name="Robin"), "as_of": NOON,
    }  # fmt: skip
    return SearchMade(**{**told, **fields})


def refusal(**fields: Any) -> ReferralRefused:
    """A lead asked for a referral that was refused."""
    told = {"attempt_id": uuid4(), "actor": uuid4(), "role": "lead", "school": SCHOOL, "outcome": "not_on_roll"}
    return ReferralRefused(**{**told, **fields})


def received(fact: Fact, at: datetime = NOON, correlation: UUID | None = None, id: UUID | None = None) -> ReceivedFact:
    """A fact as it is handed to a reaction."""
    who = str(fact.actor)
    meta = Meta(
        id=id or uuid4(), type=fact.type, source=fact.owner, time=at, correlation=correlation or uuid4(), actor=who
    )
    return _received(meta, fact, fact.model_dump_json().encode(), fact.topic)


def unknown(body: bytes, type_: str = "lookup.SearchWithdrawn.v1", source: str = "lookup") -> ReceivedFact:
    """A fact of a type that no contract here knows."""
    meta = Meta(id=uuid4(), type=type_, source=source, time=NOON, correlation=uuid4(), actor="lookup")
    return _received(meta, None, body, "lookup.facts.v1")


def _received(meta: Meta, fact: Fact | None, body: bytes, topic: str) -> ReceivedFact:
    record = Record(topic, b"key", body, headers=tuple(meta.to_headers().items()))
    return ReceivedFact(meta=meta, event=fact, record=record)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


async def write(database: Clone, *facts: ReceivedFact) -> None:
    async with database.db.transaction(CAUSE) as tx:
        await reactions.record(tx, facts)


async def project(database: Clone, *states: State) -> None:
    """Hand these states to the projections one after another: each as a revision, then as the newest."""
    followed = projectors(service)
    async with database.db.transaction(CAUSE) as tx:
        for state in states:
            every = followed[type(state)].every
            assert every
            await every(tx, [state])
            await followed[type(state)].put(tx, [state])


async def forget(database: Clone, state: type[State], *keys: str) -> None:
    async with database.db.transaction(CAUSE) as tx:
        await projectors(service)[state].forget(tx, keys)


def office(database: Clone) -> Web:
    """The audit service's web application over this database."""
    return web(service, Settings(), database.db)


async def until_somebody_waits(database: Clone) -> None:
    """Until a transaction of this database waits for a lock."""

    async def waiting() -> object:
        return await database.value(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )

    await until(waiting)
