"""How long a warm start takes and how much memory all of it needs, beside its engines alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.figures import Figure, Measured
from bench.portal import ENGINES, Portal, trees_mb
from deploy.connect import CAPTURE_SECRET
from deploy.demo.council import CAPTURE
from deploy.local.engines import connect, kafka, postgres
from deploy.local.places import SOURCE_ADMIN
from deploy.local.processes import ports
from deploy.local.processes.program import Program
from deploy.local.processes.run import Run, RunFile
from deploy.local.processes.supervisor import Supervisor
from deploy.operate.acls import CONNECT
from shared.log.kafka import Cluster

AIM_START_S = 40.0
AIM_MEMORY_MB = 2500.0


@asynccontextmanager
async def engines(portal: Portal) -> AsyncIterator[tuple[Supervisor, float, float]]:
    """The engines of a portal that is down, with the seconds that they took to answer and their memory in MB."""
    began = time.monotonic()
    supervisor = await asyncio.to_thread(_prepared, portal)
    kept, places = portal.places.kept, portal.places
    try:
        await asyncio.gather(
            supervisor.start(postgres.part(portal.home, kept.ports[postgres.SERVICES], kept.secret(postgres.ADMIN))),
            supervisor.start(_source(portal)),
            _kafka_and_connect(supervisor, portal, {CAPTURE_SECRET: kept.secret(CAPTURE)}, places.cluster(CONNECT)),
        )
        took_s = time.monotonic() - began
        yield supervisor, took_s, sum(trees_mb({n: one.process.pid for n, one in supervisor.kept.items()}).values())
    finally:
        await asyncio.shield(supervisor.stop(["connect"], ["kafka"], ["postgres", "source"]))
        supervisor.file.run = Run()  # or `portal down` would end the supervisor that is named there: us
        supervisor.file.save()


def _source(portal: Portal) -> Program:
    kept = portal.places.kept
    at, password = kept.ports[postgres.SOURCE], kept.secret(SOURCE_ADMIN)
    return postgres.part(portal.home, at, password, postgres.CAPTURED, postgres.SOURCE)


def _prepared(portal: Portal) -> Supervisor:
    kept = portal.places.kept
    kept.ports = {**kept.ports, **ports.choose((*ENGINES, "controller"), kept.ports, {})}
    kept.save()
    passwords = portal.places.brokers_passwords
    kafka.initialise(portal.home, kept.ports["kafka"], kept.ports["controller"], passwords)
    supervisor = Supervisor(RunFile(portal.home))
    supervisor.file.begin()
    return supervisor


async def _kafka_and_connect(supervisor: Supervisor, portal: Portal, secrets: dict[str, str], cluster: Cluster) -> None:
    kept: Any = portal.places.kept
    await supervisor.start(kafka.part(portal.home, kept.ports["kafka"]))
    await supervisor.start(connect.part(portal.home, cluster, kept.ports["connect"], kept.secret("connect"), secrets))


def told(
    start_s: float, engines_s: float, memory: dict[str, float], engines_mb: float, cold_s: float | None
) -> Measured:
    """`memory` by part, after the load of this run; the engines alone are younger, and have less in their caches."""
    whole = sum(memory.values())
    figures = [
        Figure("warm start until ready", "s", start_s, engines_s, "PostgreSQL, Kafka and Connect alone", "< 40 s",
               start_s < AIM_START_S),
        Figure("memory of all processes (PSS)", "MB", whole, engines_mb, "PostgreSQL, Kafka and Connect alone",
               "< 2,500 MB", whole < AIM_MEMORY_MB),
    ]  # fmt: skip
    return Measured(figures, {"memory_mb": memory, "cold_start_s": cold_s})
