"""Roles and databases: made once, mended on the next run, and closed to everybody else's roles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from deploy.operate import databases
from tests.support.engines import Engines


@pytest.fixture
async def two(engines: Engines) -> AsyncIterator[tuple[str, str]]:
    """Two made-up services with databases."""
    names = tuple(f"probe_{uuid4().hex[:8]}" for _ in range(2))
    for name in names:
        roles = databases.owner(name), databases.user(name)
        await databases.make_roles(engines.postgres, dict.fromkeys(roles, "test"))
        await databases.make_database(engines.postgres, name, *roles)
    yield names[0], names[1]
    async with databases.connected(engines.postgres) as admin:
        for name in names:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            await admin.execute(f'DROP ROLE "{databases.owner(name)}", "{databases.user(name)}"')


async def test_making_them_again_changes_nothing(engines: Engines, two: tuple[str, str]) -> None:
    name, _ = two
    await databases.make_roles(engines.postgres, {databases.user(name): "test"})
    assert not await databases.make_database(engines.postgres, name, databases.owner(name), databases.user(name))


async def test_a_changed_password_is_set(engines: Engines, two: tuple[str, str]) -> None:
    name, _ = two
    await databases.make_roles(engines.postgres, {databases.user(name): "other' word"})
    async with databases.connected(databases.at(engines.postgres, name, databases.user(name), "other' word")) as it:
        assert await it.fetchval("SELECT 1") == 1


async def test_a_service_cannot_enter_the_database_of_another(engines: Engines, two: tuple[str, str]) -> None:
    one, other = two
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with databases.connected(databases.at(engines.postgres, other, databases.user(one), "test")):
            pass


async def test_a_service_cannot_make_tables(engines: Engines, two: tuple[str, str]) -> None:
    name, _ = two
    async with databases.connected(databases.at(engines.postgres, name, databases.user(name), "test")) as it:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await it.execute("CREATE TABLE mine (id int)")
