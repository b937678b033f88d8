"""The fixtures that every suite may ask for."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from shared.observe.logs import log_as_json
from tests.support import databases
from tests.support import engines as running
from tests.support.databases import Clone, Server
from tests.support.engines import Engines

if TYPE_CHECKING:
    from tests.support.web import Issuer

# How long an example took, and finding one, says something of the machine and nothing of our code.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Finding the tests makes millions of objects, all of which stay: nobody looks for garbage among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """What a service of ours would log: the library's default shows local variables, slowly."""
    log_as_json("tests", "INFO")


@pytest.fixture(scope="session")
async def engines() -> AsyncIterator[Engines]:
    """PostgreSQL and Kafka, shared by the whole run."""
    async with running.engines() as made:
        yield made


@pytest.fixture(scope="session")
async def database_server(engines: Engines) -> AsyncIterator[Server]:
    """Where this process makes its databases."""
    async with databases.server(engines.postgres) as made:
        yield made


@pytest.fixture
async def database(database_server: Server) -> AsyncIterator[Callable[..., Awaitable[Clone]]]:
    """`await database("lookup")`: a fresh database of that service, migrated, gone after the test.

    A made-up name has the shared tables only; further folders of migrations may follow it.
    """
    made: list[Clone] = []

    async def make(service: str, *extra: Path) -> Clone:
        made.append(await database_server.clone(service, extra))
        return made[-1]

    yield make
    for clone in made:
        await database_server.drop(clone)


@pytest.fixture
def issuer() -> Issuer:
    """Who signs the access tokens of this test."""
    from tests.support.web import Issuer

    return Issuer()
