"""Fixtures of the shared parts' tests: a log of each kind, and a database of a made-up service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.shared.own import OwnKafka, OwnPostgres, own_kafka, own_postgres
from tests.shared.world import MIGRATIONS, InMemory, Log, OnKafka, Stage
from tests.support.databases import Clone
from tests.support.engines import Engines


@pytest.fixture(params=["memory", "kafka"])
def log(request: pytest.FixtureRequest) -> Log:
    """The same suite runs on both."""
    if request.param == "memory":
        return InMemory()
    engines: Engines = request.getfixturevalue("engines")
    return OnKafka(engines.kafka)


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[OwnKafka]:
    """A broker for the tests of one file that restart it; each leaves it running."""
    async with own_kafka() as made:
        yield made


@pytest.fixture(params=["memory", "kafka"])
def restartable(request: pytest.FixtureRequest) -> InMemory | OwnKafka:
    """A log that the test may stop and start."""
    if request.param == "memory":
        return InMemory()
    made: OwnKafka = request.getfixturevalue("broker")
    return made


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[OwnPostgres]:
    """A PostgreSQL for the tests of one file that restart it; each leaves it running."""
    async with own_postgres() as made:
        yield made


@pytest.fixture
async def stage(log: Log) -> AsyncIterator[Stage]:
    made = Stage(log)
    yield made
    await made.stop()


@pytest.fixture
async def suite(database: Callable[..., Awaitable[Clone]]) -> Clone:
    """The made-up service's database."""
    return await database("suite", MIGRATIONS)
