"""SIGKILL of real processes of our own code: nothing that was acknowledged is lost, nothing has its effect twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest

from shared.database.tx import Cause
from tests.shared.crashing import DSN, SERVERS
from tests.shared.world import OnKafka, Stage, counted, fact_type
from tests.shared.world import record as as_record
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.until import until

KILLED = -signal.SIGKILL


@pytest.fixture
async def stage(engines: Engines) -> AsyncIterator[Stage]:
    made = Stage(OnKafka(engines.kafka))
    await made.make(made.group)
    yield made
    await made.stop()


@contextlib.asynccontextmanager
async def process(suite: Clone, stage: Stage, point: str) -> AsyncIterator[asyncio.subprocess.Process]:
    assert isinstance(stage.log, OnKafka)
    env = {**os.environ, DSN: suite.dsn, SERVERS: stage.log.servers}
    command = ("-m", "tests.shared.crashing", point, stage.name)
    made = await asyncio.create_subprocess_exec(sys.executable, *command, env=env)
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
            await made.wait()


async def dies(suite: Clone, stage: Stage, point: str) -> None:
    async with process(suite, stage, point) as one:
        assert await asyncio.wait_for(one.wait(), 60) == KILLED


async def said(suite: Clone, stage: Stage, *numbers: int) -> None:
    async with suite.db.transaction(Cause("test", uuid4())) as tx:
        await tx.emit(*(counted(fact_type(stage.topic), n, f"k{n % 7}") for n in numbers))


async def numbers(suite: Clone) -> list[int]:
    return [int(str(row["n"])) for row in await suite.rows("SELECT n FROM kept ORDER BY n")]


async def all_done(suite: Clone, stage: Stage) -> None:
    stage.bus()
    await until(stage.caught_up, within_s=60)


async def test_a_relay_killed_between_acknowledgement_and_deletion_loses_and_doubles_nothing(
    suite: Clone, stage: Stage
) -> None:
    await said(suite, stage, 1, 2, 3)
    await dies(suite, stage, "relay-acknowledged")
    assert await suite.value("SELECT count(*) FROM outbox") == 3
    async with process(suite, stage, "relay"), process(suite, stage, "worker"):
        await until(lambda: suite.value("SELECT count(*) = 0 FROM outbox"), within_s=60)
        await all_done(suite, stage)
    assert len(await stage.bus().read(stage.topic)) == 6
    assert await numbers(suite) == [1, 2, 3]


@pytest.mark.parametrize(("point", "kept"), [("worker-uncommitted", []), ("worker-committed", [1, 2, 3])])
async def test_a_worker_killed_around_its_commit_has_its_effect_once(
    suite: Clone, stage: Stage, point: str, kept: list[int]
) -> None:
    await stage.bus().append([as_record(counted(fact_type(stage.topic), n, "a")) for n in (1, 2, 3)])
    await dies(suite, stage, point)
    assert await numbers(suite) == kept
    assert await stage.committed() == 0
    async with process(suite, stage, "worker"):
        await all_done(suite, stage)
    assert await numbers(suite) == [1, 2, 3]


async def test_a_worker_killed_again_and_again_in_mid_stream_has_each_effect_once(suite: Clone, stage: Stage) -> None:
    await suite.execute("ALTER TABLE kept DROP CONSTRAINT kept_n_check")
    kind, bus = fact_type(stage.topic), stage.bus()
    total, deaths = 20_000, 4
    for since in range(0, total, 1000):
        await bus.append([as_record(counted(kind, n, f"k{n % 7}")) for n in range(since, since + 1000)])
    for death in range(1, deaths + 1):
        async with process(suite, stage, "worker") as one:
            await until(lambda: suite.value("SELECT count(*) FROM kept"), beyond(death * 1000), within_s=60)
            one.kill()
    async with process(suite, stage, "worker"):
        await all_done(suite, stage)
    assert await numbers(suite) == list(range(total))
    order = "SELECT count(*) FROM (SELECT n < lag(n) OVER (PARTITION BY key ORDER BY seq) AS back FROM kept) WHERE back"
    assert await suite.value(order) == 0


def beyond(count: int) -> Callable[[object], bool]:
    return lambda seen: int(str(seen)) > count
