"""The names behind ids: the newest revision counts, and a tombstone forgets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import uuid4

import pytest

from shared.contracts import State
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from tests.audit.scene import follow, forget
from tests.support.databases import Clone

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


@pytest.fixture
async def audit(database: Callable[..., Awaitable[Clone]]) -> Clone:
    return await database("audit")


@pytest.mark.parametrize("table", NAME)
async def test_the_newest_revision_wins_whatever_the_order(audit: Clone, table: str) -> None:
    _, second, third = states(table)
    await follow(audit, third)
    await follow(audit, second)
    assert await audit.value(f"SELECT {NAME[table]} FROM {table}") == "New"


@pytest.mark.parametrize("table", NAME)
async def test_a_newer_revision_replaces(audit: Clone, table: str) -> None:
    first, second, _ = states(table)
    await follow(audit, first, second, second)
    assert await audit.rows(f"SELECT {NAME[table]} AS name, revision FROM {table}") == [
        {"name": "Middle", "revision": 2}
    ]


@pytest.mark.parametrize("table", NAME)
async def test_a_tombstone_forgets(audit: Clone, table: str) -> None:
    first, *_ = states(table)
    await follow(audit, first)
    await forget(audit, type(first), first.key)
    assert await audit.value(f"SELECT count(*) FROM {table}") == 0
