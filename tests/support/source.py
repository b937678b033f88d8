"""A demo council's case system in a database of its own, and a Kafka Connect with the real Debezium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from deploy.connect import connector, rest
from deploy.demo import council
from deploy.local.engines import connect, kafka
from deploy.local.processes import ports
from deploy.local.processes.run import RunFile
from deploy.local.processes.supervisor import Supervisor
from deploy.operate import databases
from tests.support import homes
from tests.support.until import until

CAPTURE_PASSWORD = "test"
CONNECT_PASSWORD = "rest"
CONNECT_HEAP_MAX = "256m"
FORGETS_MAX_S = 60.0


@dataclass(frozen=True)
class Source:
    """The case system: its DSN as its owner, and how to reach it for the connector."""

    name: str
    dsn: str
    admin_dsn: str

    def connector(self, topic: str) -> dict[str, str]:
        """A connector's configuration with a slot of its own, into this topic."""
        at = urlsplit(self.dsn)
        made = connector(
            host=at.hostname or "", port=at.port or 5432, database=self.name, user="portal_capture",
            password=CAPTURE_PASSWORD,
        )  # fmt: skip
        return made | {"slot.name": self.name, "transforms.route.replacement": topic}

    async def execute(self, sql: str, *args: object) -> str:
        async with databases.connected(self.dsn) as connection:
            return await connection.execute(sql, *args)


@asynccontextmanager
async def source(admin_dsn: str, *, children: int = 0) -> AsyncIterator[Source]:
    """A fresh case system; with its replication slot it is gone at the end."""
    name = f"test_council_{uuid4().hex[:12]}"
    async with databases.connected(admin_dsn) as admin:
        await admin.execute(f'CREATE DATABASE "{name}"')
    made = Source(name, databases.at(admin_dsn, name), admin_dsn)
    try:
        await council.prepare(made.dsn, capture_password=CAPTURE_PASSWORD)
        await council.load(made.dsn, schools=2, children=children, seed=1)
        yield made
    finally:
        await _drop(made)


async def _drop(made: Source) -> None:
    async with databases.connected(made.admin_dsn) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1", made.name
        )

        async def idle() -> bool:
            return not await admin.fetchval(
                "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active)", made.name
            )

        await until(idle)
        await admin.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", made.name
        )
        await admin.execute(f'DROP DATABASE "{made.name}" WITH (FORCE)')


@dataclass(frozen=True)
class Connect:
    """A running Kafka Connect."""

    url: str
    supervisor: Supervisor
    home: Path

    @property
    def pid(self) -> int:
        return self.supervisor.kept["connect"].process.pid

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        async with rest.client(self.url, CONNECT_PASSWORD) as client:
            return await client.request(method, path, json=body)

    async def forget(self, name: str) -> None:
        """Take the connector away, and how far it came: the next of this name begins anew."""

        async def stopped() -> bool:
            await self.ask("PUT", f"/connectors/{name}/stop")
            return await self.states(name) in ([], ["STOPPED"])

        await until(stopped, within_s=FORGETS_MAX_S)
        await until(lambda: self._done("DELETE", f"/connectors/{name}/offsets"), within_s=FORGETS_MAX_S)
        await until(lambda: self._done("DELETE", f"/connectors/{name}"), within_s=FORGETS_MAX_S)

    async def _done(self, method: str, path: str) -> bool:
        """Whether it did this, or there is nothing to do it to; not while it is busy with what came before."""
        answer = await self.ask(method, path)
        return answer.is_success or answer.status_code == httpx.codes.NOT_FOUND

    async def states(self, name: str) -> list[str]:
        """The connector's state and those of its tasks; none if there is no such connector."""
        answer = await self.ask("GET", f"/connectors/{name}/status")
        if not answer.is_success:
            return []
        status = answer.json()
        return [part["state"] for part in (status["connector"], *status["tasks"])]


@asynccontextmanager
async def connect_worker(
    kafka_servers: str, secrets: Mapping[str, str] | None = None, named: Collection[str] = (),
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Connect]:  # fmt: skip
    """Kafka Connect on a port, in a group and with topics of its own; ended with the test. `more`: its settings."""
    with homes.home("connect") as home:
        [port] = ports.find(1)
        part = connect.part(home, kafka_servers, port, CONNECT_PASSWORD, secrets or {}, CONNECT_HEAP_MAX)
        own = {
            name: f"{value}-{port}-{uuid4().hex[:6]}"
            for name, value in _shared(connect.properties(kafka_servers, port))
        }
        settings = connect.properties(kafka_servers, port, named) | own | dict(more or {})
        kafka.write_properties(home / "connect/worker.properties", settings)
        supervisor = Supervisor(RunFile(home))
        supervisor.file.begin()
        try:
            await supervisor.start(part)
            yield Connect(connect.url(port), supervisor, home)
        finally:
            await supervisor.stop()


def _shared(properties: dict[str, str]) -> list[tuple[str, str]]:
    """What two workers on one Kafka must not share."""
    return [(name, value) for name, value in properties.items() if name == "group.id" or name.endswith("storage.topic")]
