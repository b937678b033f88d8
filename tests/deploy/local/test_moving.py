"""A home of before, whose one cluster held the case system too, is moved at its next start; nothing of it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.demo import council
from deploy.demo.council import CAPTURE, SOURCE
from deploy.local import moving
from deploy.local.engines import postgres
from deploy.local.home import Remembered
from deploy.local.places import SOURCE_ADMIN, Places
from deploy.local.processes import ports
from deploy.local.processes.run import RunFile
from deploy.local.processes.supervisor import Supervisor
from deploy.operate import databases
from deploy.services import NAMES, load
from tests.support import homes

pytestmark = pytest.mark.engines

ROWS = "SELECT array_agg(t::text ORDER BY id) FROM {} t"
TABLES = ("person", "school_history", "involvement", "allocation", "worker", "team")


@pytest.fixture
async def home() -> AsyncIterator[Places]:
    """Ports, passwords and the files of both clusters; nothing runs."""
    with homes.home("test") as folder:
        kept = Remembered.open(folder)
        kept.ports = ports.choose(
            (postgres.SERVICES, postgres.SOURCE, "kafka", "connect", "feed_operations", *NAMES), {}, {}
        )
        for cluster, secret in ((postgres.SERVICES, postgres.ADMIN), (postgres.SOURCE, SOURCE_ADMIN)):
            await asyncio.to_thread(postgres.initialise, postgres.data_folder(folder, cluster), kept.secret(secret))
        yield Places(folder, kept)


async def rows(dsn: str) -> list[list[str]]:
    async with databases.connected(dsn) as connection:
        return [await connection.fetchval(ROWS.format(table)) for table in TABLES]


async def as_before(places: Places) -> list[list[str]]:
    """Makes in one cluster what an earlier version made, with a capture that has begun; returns the rows."""
    supervisor = Supervisor(RunFile(places.home))
    port, password = places.kept.ports[postgres.SERVICES], places.kept.secret(postgres.ADMIN)
    await supervisor.start(postgres.part(places.home, port, password, postgres.CAPTURED))
    roles = (databases.owner("feed"), databases.user("feed"))
    await databases.prepare(places.postgres, [load("feed")], {role: places.kept.secret(role) for role in roles})
    async with databases.connected(databases.at(places.postgres, "feed")) as feed:
        await feed.execute("UPDATE cursor SET epoch = 1")
    await databases.make_database(places.postgres, SOURCE, postgres.ADMIN)
    there = databases.at(places.postgres, SOURCE)
    await council.prepare(there, capture_password="test")
    await council.load(there, schools=2, children=60, seed=1)
    await council.reallocate(there)
    async with databases.connected(there) as connection:
        await connection.execute("SELECT pg_create_logical_replication_slot('portal', 'pgoutput')")
    try:
        return await rows(there)
    finally:
        await supervisor.stop()


async def test_the_case_system_is_moved_whole_and_the_feed_is_told_that_it_moved(home: Places) -> None:
    before = await as_before(home)
    assert moving.is_needed(home.home)
    supervisor = Supervisor(RunFile(home.home))
    port, password = home.kept.ports[postgres.SOURCE], home.kept.secret(SOURCE_ADMIN)
    await supervisor.start(postgres.part(home.home, port, password, postgres.CAPTURED, postgres.SOURCE))
    try:
        await moving.move(home, supervisor)
        assert await rows(home.source) == before
        assert home.environment("feed", True)["FEED_EPOCH"] == "2"
        assert (await council.reallocate(home.source)).before  # new rows have ids that are free
        assert not moving.is_needed(home.home)
        port, password = home.kept.ports[postgres.SERVICES], home.kept.secret(postgres.ADMIN)
        await supervisor.start(postgres.part(home.home, port, password))
        async with databases.connected(home.postgres) as services:
            assert await services.fetchval("SHOW max_replication_slots") == "0"  # the server of then has ended
            assert not await services.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", SOURCE)
            assert not await services.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", CAPTURE)
    finally:
        await supervisor.stop()
