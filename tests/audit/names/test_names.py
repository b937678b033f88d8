"""The names behind ids: the newest revision counts, every earlier one is kept, and nothing is forgotten."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from services.audit.app import service
from shared.contracts import Meta, State
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.events.consumers import Consumers
from shared.log.record import Record
from tests.audit.world import NOON, forget, project
from tests.support.databases import Clone
from tests.support.memory_log import MemoryBus, MemoryLog

BORN = date(2014, 4, 3)
NAME = {"person": "name", "school": "name", "child": "given_name"}


def states(state: str) -> tuple[State, State, State]:
    """Revisions 1, 2 and 3 of one thing, each with another name."""
    id, names = uuid4(), ("Old", "Middle", "New")
    if state == "person":
        first, second, third = (Account(account_id=id, name=name, revision=n) for n, name in enumerate(names, 1))
        return first, second, third
    if state == "school":
        one, two, three = (School(urn="999001", name=name, revision=n) for n, name in enumerate(names, 1))
        return one, two, three
    a, b, c = (
        Child(child_id=id, upn=None, given_name=name, family_name="Field", born=BORN, revision=n)
        for n, name in enumerate(names, 1)
    )
    return a, b, c


@pytest.mark.parametrize("table", NAME)
async def test_the_newest_revision_wins_whatever_the_order(audit: Clone, table: str) -> None:
    _, second, third = states(table)
    await project(audit, third)
    await project(audit, second)
    assert await audit.value(f"SELECT {NAME[table]} FROM {table}") == "New"


@pytest.mark.parametrize("table", NAME)
async def test_a_newer_revision_replaces(audit: Clone, table: str) -> None:
    first, second, _ = states(table)
    await project(audit, first, second, second)
    assert await audit.rows(f"SELECT {NAME[table]} AS name, revision FROM {table}") == [
        {"name": "Middle", "revision": 2}
    ]


@pytest.mark.parametrize("table", NAME)
async def test_a_tombstone_leaves_the_names_of_the_record(audit: Clone, table: str) -> None:
    first, *_ = states(table)
    await project(audit, first)
    await forget(audit, type(first), first.key)
    assert await audit.value(f"SELECT {NAME[table]} FROM {table}") == "Old"


@pytest.mark.parametrize("table", NAME)
async def test_each_name_is_kept_once_whatever_comes_again(audit: Clone, table: str) -> None:
    first, second, third = states(table)
    again = second.model_copy(update={"revision": 4})
    await project(audit, first, second, third, again, first, third)
    kept = await audit.rows(f"SELECT {NAME[table]} AS name, revision FROM {table}_name ORDER BY revision")
    assert [(row["name"], row["revision"]) for row in kept] == [("Old", 1), ("Middle", 2), ("New", 3), ("Middle", 4)]


async def test_a_name_between_two_of_one_batch_is_kept(audit: Clone) -> None:
    """Only the newest of a batch is put; the record must be found by the one between, too."""
    log = MemoryLog()
    bus = MemoryBus(log)
    old, middle, new = states("child")
    records = [
        Record(one.topic, one.key.encode(), one.model_dump_json().encode(), _headers(one)) for one in (old, middle, new)
    ]
    await bus.append(records)
    Consumers("audit", audit.db, bus, *service.consumed())
    await bus.start()
    await bus.settle()
    await bus.stop()
    assert [row["given_name"] for row in await audit.rows("SELECT given_name FROM child_name ORDER BY revision")] == [
        "Old", "Middle", "New",
    ]  # fmt: skip
    assert await audit.value("SELECT given_name FROM child") == "New"


def _headers(state: State) -> tuple[tuple[str, bytes], ...]:
    meta = Meta(id=uuid4(), type=state.type, source="feed", time=NOON, correlation=uuid4(), actor="feed")
    return tuple(meta.to_headers().items())
