"""One process of one service: `web` answers, `worker` consumes, relays and tidies, `all` does both."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal
from uuid import uuid4

import httpx

from shared import telemetry
from shared.bus import end_process
from shared.db import Cause, Database, DatabaseFailed, connect
from shared.inbox import Inboxes
from shared.kafka import Cluster, KafkaBus
from shared.outbox import Relay
from shared.periodic import Runner
from shared.server import SHUTDOWN_S, operations_server, serve, server
from shared.service import Check, Service, asgi, operations
from shared.settings import ServiceSettings
from shared.tokens import Keys

Role = Literal["web", "worker", "all"]

READY_S = 2.0
COLLECT_AFTER = 20_000
"""New objects between two looks of the garbage collector. A batch of 500 facts makes many and leaves none: at Python's
usual 700, each look going over all that was imported, the collector had two fifths of audit's time."""


async def run(service: Service, settings: ServiceSettings, role: Role) -> None:
    """Run until SIGTERM or SIGINT, then stop in order: no new requests, the batch in hand done, the pool closed.

    A consumer that cannot go on ends the process with status 70; whoever supervises starts it afresh.
    """
    telemetry.start(service.name, settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as held:
            database = await held.enter_async_context(_database(service, settings)) if service.database else None
            checks: list[Check] = [_answers(database), *service.checks(database)] if database else []
            working: Sequence[Check] = ()
            if role != "web" and database:
                working = await held.enter_async_context(_worker(service, settings, database))
            client = await held.enter_async_context(httpx.AsyncClient(trust_env=False))
            keys = Keys(settings.identity_url, client)
            servers = []
            if role != "worker" and service.serves:
                app = asgi(service, settings, database, keys)
                servers = [server(app, service.name, settings, service.public)]
                watched = operations(service, settings, checks, degraded=working)
            else:
                watched = operations(service, settings, [*checks, *working])
            servers.append(operations_server(watched, service.name, settings))
            gc.freeze()
            gc.set_threshold(COLLECT_AFTER)
            await serve(servers, stop)
    finally:
        telemetry.stop()


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
    inboxes = Inboxes(service.name, database, bus, service.hears, service.follows_all, service.folds)
    relay = Relay(database, lambda: KafkaBus(cluster, f"{service.name}-relay"))
    tasks = [
        asyncio.create_task(inboxes.run(), name="inboxes"),
        asyncio.create_task(relay.run(), name="relay"),
        asyncio.create_task(Runner(database, service.works(settings)).run(), name="periodic"),
    ]
    for task in tasks:
        task.add_done_callback(_must_not_end)
    try:
        yield [inboxes.unready, relay.unready]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bus.stop()


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
