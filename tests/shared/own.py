"""Engines of a test's own, which it may stop, kill and start again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass

from deploy.local.engines import kafka, postgres
from deploy.local.processes import ports
from deploy.local.processes.program import Program, start
from tests.shared.world import OnKafka
from tests.support import homes
from tests.support.engines import FOR_TESTS, REPLICATION
from tests.support.until import until


@dataclass
class Engine:
    """One engine, at one address for the whole test."""

    part: Program
    process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.process = start(self.part)
        await until(self.part.ready, within_s=self.part.start_max_s)

    async def stop(self, how: signal.Signals | None = None) -> None:
        """In order, or by the signal that is named."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(how or self.part.stop)
            await asyncio.to_thread(process.wait, self.part.stop_max_s)


class OwnKafka(OnKafka):
    """A broker that the test may restart; quick to clean its compacted topics."""

    def __init__(self, engine: Engine, port: int) -> None:
        super().__init__(f"{ports.LOOPBACK}:{port}")
        self.engine = engine

    async def stop(self) -> None:
        await self.engine.stop()

    async def start(self) -> None:
        await self.engine.start()


@contextlib.asynccontextmanager
async def own_kafka() -> AsyncIterator[OwnKafka]:
    with homes.home("test") as home:
        chosen = ports.choose(("kafka", "controller"), {}, {})
        await asyncio.to_thread(kafka.initialise, home, chosen["kafka"], chosen["controller"])
        with (home / "kafka/server.properties").open("a") as settings:
            settings.write("log.cleaner.backoff.ms=200\nlog.initial.task.delay.ms=200\n")
        engine = Engine(kafka.part(home, chosen["kafka"]))
        await engine.start()
        try:
            yield OwnKafka(engine, chosen["kafka"])
        finally:
            await engine.stop(signal.SIGKILL)


@dataclass
class OwnPostgres(Engine):
    """A server that the test may restart."""

    dsn: str = ""


@contextlib.asynccontextmanager
async def own_postgres() -> AsyncIterator[OwnPostgres]:
    with homes.home("test") as home:
        [port] = ports.find(1)
        password = "test"
        await asyncio.to_thread(postgres.initialise, postgres.data_folder(home), password)
        settings = {**postgres.SETTINGS, **FOR_TESTS, **REPLICATION, "shared_buffers": "32MB"}
        engine = OwnPostgres(postgres.part(home, port, password, settings), dsn=postgres.dsn(port, password))
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop(signal.SIGINT)
