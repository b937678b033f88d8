"""One process of one service: `web` answers, `worker` consumes, relays and tidies, `all` does both."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal
from uuid import uuid4

import httpx
from fastapi import FastAPI

from shared.database.pool import Database, connect
from shared.database.tx import Cause, DatabaseFailed
from shared.events.consumers import Consumers
from shared.events.relay import Relay
from shared.log.kafka import Cluster, KafkaBus
from shared.manifest import Service
from shared.observe import logs, spans
from shared.observe.ending import end_process
from shared.operate.periodic import Runner
from shared.settings import ServiceSettings
from shared.web.app import Check, asgi, operations
from shared.web.server import SHUTDOWN_S, Server, operations_server, serve, server
from shared.web.tokens import Keys

ProcessRole = Literal["web", "worker", "all"]

READY_S = 2.0
COLLECT_AFTER = 20_000
"""New objects between two looks of the garbage collector. A batch of 500 facts makes many and leaves none: at Python's
usual 700, each look going over all that was imported, the collector had two fifths of audit's time."""


async def run(service: Service, settings: ServiceSettings, role: ProcessRole) -> None:
    """Run until SIGTERM or SIGINT, then stop in order: no new requests, the batch in hand done, the pool closed.

    A consumer that cannot go on ends the process with status 70; whoever supervises starts it afresh.
    """
    logs.log_as_json(service.name, settings.log_level)
    spans.start(service.name, settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as held:
            database = await held.enter_async_context(_database(service, settings)) if service.database else None
            checks = _checks(service, database) if database else []
            checks, working = _weighed(role, checks)
            if role != "web" and database:
                working = await held.enter_async_context(_worker(service, settings, database))
            client = await held.enter_async_context(httpx.AsyncClient(trust_env=False))
            answers = (
                asgi(service, settings, database, Keys(settings.identity_url, client)) if role != "worker" else None
            )
            servers = _servers(service, settings, answers, checks, working)
            gc.freeze()
            gc.set_threshold(COLLECT_AFTER)
            await serve(servers, stop)
    finally:
        spans.stop()


def _servers(
    service: Service, settings: ServiceSettings, answers: FastAPI | None, checks: list[Check], working: Sequence[Check]
) -> list[Server]:
    """What operators ask, and what the service answers, if this process does: then its work is no reason against it."""
    if answers is None or not service.serves:
        return [operations_server(operations(service, settings, [*checks, *working]), service.name, settings)]
    watched = operations(service, settings, checks, degraded=working)
    own = server(answers, service.name, settings, service.public)
    return [own, operations_server(watched, service.name, settings)]


@asynccontextmanager
async def _database(service: Service, settings: ServiceSettings) -> AsyncIterator[Database]:
    database = await connect(settings.database_url.get_secret_value(), service.name, pool_max=settings.pool_max)
    try:
        yield database
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(database.close(), SHUTDOWN_S)


@asynccontextmanager
async def _worker(service: Service, settings: ServiceSettings, database: Database) -> AsyncIterator[Sequence[Check]]:
    """Consumers, relay and periodic work. They begin when Kafka and PostgreSQL can be reached, and wait till then."""
    cluster = Cluster.of(settings)
    bus = KafkaBus(cluster, f"{service.name}-{settings.instance or 'worker'}", instance=settings.instance)
    consumers = Consumers(service.name, database, bus, *service.consumed())
    relay = Relay(database, lambda: KafkaBus(cluster, f"{service.name}-relay"))
    tasks = [
        asyncio.create_task(consumers.run(), name="consumers"),
        asyncio.create_task(relay.run(), name="relay"),
        asyncio.create_task(Runner(database, settings, service.works_loaded()).run(), name="periodic"),
    ]
    for task in tasks:
        task.add_done_callback(_must_not_end)
    try:
        yield [consumers.unready, relay.unready]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bus.stop()


def _checks(service: Service, database: Database) -> list[Check]:
    return [_answers(database), *(service.load(check)(database) for check in service.checks)]


def _weighed(role: ProcessRole, checks: list[Check]) -> tuple[list[Check], Sequence[Check]]:
    """Reasons against a process, and what is only told: that nothing comes in, by one that only answers."""
    return (checks[:1], checks[1:]) if role == "web" else (checks, ())


def _must_not_end(task: asyncio.Task[None]) -> None:
    """A worker without its relay, say, would go on in silence: the process ends, and is started afresh whole."""
    if not task.cancelled() and (error := task.exception()):
        end_process(task.get_name(), error if isinstance(error, Exception) else RuntimeError())


def _answers(database: Database) -> Check:
    async def check() -> str | None:
        try:
            async with asyncio.timeout(READY_S), database.transaction(Cause("health", uuid4()), "heartbeat") as tx:
                await tx.value("SELECT 1")
        except (DatabaseFailed, TimeoutError):
            return "The database does not answer."
        return None

    return check
