"""A real PostgreSQL and a real Kafka: from the environment, else containers, else the embedded platform."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.engines import kafka, postgres
from deploy.local.home import Remembered
from deploy.local.processes import ports
from deploy.local.processes.run import RunFile
from deploy.local.processes.supervisor import Supervisor
from tests.support import homes
from tests.support.until import until

POSTGRES = "PORTAL_TEST_POSTGRES"
KAFKA = "PORTAL_TEST_KAFKA"
SOURCE = "PORTAL_TEST_ENGINES"  # "containers" or "embedded": take only that one
POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.1"
CONTAINERS_MAX_S = 180
# Many small databases, none of which must outlive the machine's power, and many connections, none of them from afar.
FOR_TESTS = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300",
    "scram_iterations": "1",
}  # fmt: skip
WITHOUT_TLS = "?sslmode=disable"  # else every connection asks for it first
REPLICATION = {"wal_level": "logical", "max_wal_senders": "30", "max_replication_slots": "30"}


@dataclass(frozen=True)
class Engines:
    """Where the engines answer: the administrator's DSN, and host:port."""

    postgres: str
    kafka: str
    source: str

    def exported(self) -> dict[str, str]:
        """What makes another process use these same engines."""
        return {POSTGRES: self.postgres, KAFKA: self.kafka}


@contextlib.asynccontextmanager
async def engines() -> AsyncIterator[Engines]:
    """The engines of one run of tests, ended with it unless they were given."""
    given = os.environ.get(POSTGRES), os.environ.get(KAFKA)
    if given[0] and given[1]:
        yield Engines(given[0], given[1], "environment")
        return
    async with contextlib.AsyncExitStack() as held:
        if wants_containers():
            made = await _containers_if_they_come(held)
        else:
            made = await held.enter_async_context(embedded())
        yield made


def wants_containers() -> bool:
    """Whether a Docker engine answers; PORTAL_TEST_ENGINES decides instead if it is set."""
    asked = os.environ.get(SOURCE)
    if asked:
        return asked == "containers"
    try:
        import docker

        return bool(docker.from_env(timeout=5).ping())
    except Exception:  # no client, no socket, no rights, no answer: the same to us
        return False


async def _containers_if_they_come(held: contextlib.AsyncExitStack) -> Engines:
    """A Docker engine may answer and yet get no images: then, unless containers were insisted on, embedded ones."""
    from docker.errors import DockerException

    try:
        return await held.enter_async_context(containers())
    except (DockerException, OSError) as error:
        if os.environ.get(SOURCE):
            raise
        sys.stderr.write(f"Docker answers but starts no containers ({type(error).__name__}): embedded engines then.\n")
        return await held.enter_async_context(embedded())


@contextlib.asynccontextmanager
async def containers() -> AsyncIterator[Engines]:
    """Official images, on ports that Docker finds. Docker's proxy takes connections at once: so each is asked."""
    [kafka_port] = ports.find(1)
    with contextlib.ExitStack() as held:
        database = await asyncio.to_thread(held.enter_context, _postgres_container())
        await asyncio.to_thread(held.enter_context, _kafka_container(kafka_port))
        port = database.get_exposed_port(5432)
        dsn = f"postgresql://postgres:test@{database.get_container_host_ip()}:{port}/postgres{WITHOUT_TLS}"
        servers = f"127.0.0.1:{kafka_port}"
        await until(lambda: postgres.answers(dsn), within_s=CONTAINERS_MAX_S)
        await until(lambda: _kafka_answers(servers), within_s=CONTAINERS_MAX_S)
        yield Engines(dsn, servers, "containers")


async def _kafka_answers(servers: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        await admin.list_topics()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True


def _postgres_container() -> Any:
    from testcontainers.core.container import DockerContainer

    options = [word for name, value in {**FOR_TESTS, **REPLICATION}.items() for word in ("-c", f"{name}={value}")]
    made = DockerContainer(POSTGRES_IMAGE).with_env("POSTGRES_PASSWORD", "test").with_exposed_ports(5432)
    return made.with_command(["postgres", *options])


def _kafka_container(port: int) -> Any:
    """The generic container: a broker must be told beforehand at which address its clients see it."""
    from testcontainers.core.container import DockerContainer

    made = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    for name, value in settings.items():
        made = made.with_env(name, value)
    return made


@contextlib.asynccontextmanager
async def embedded() -> AsyncIterator[Engines]:
    """The platform's own engines, in a home that goes with them."""
    with homes.home("test") as home:
        supervisor = Supervisor(RunFile(home))
        supervisor.file.begin()
        try:
            yield await start(supervisor, home)
        finally:
            await supervisor.stop()


async def start(supervisor: Supervisor, home: Path) -> Engines:
    chosen = ports.choose(("postgres", "kafka", "controller"), {}, {})
    password = Remembered.open(home).secret(postgres.ADMIN)
    await asyncio.to_thread(postgres.initialise, postgres.data_folder(home), password)
    await asyncio.to_thread(kafka.initialise, home, chosen["kafka"], chosen["controller"])
    settings = {**postgres.SETTINGS, **FOR_TESTS, **REPLICATION}
    await asyncio.gather(
        supervisor.start(postgres.part(home, chosen["postgres"], password, settings)),
        supervisor.start(kafka.part(home, chosen["kafka"])),
    )
    dsn = postgres.dsn(chosen["postgres"], password) + WITHOUT_TLS
    return Engines(dsn, f"{ports.LOOPBACK}:{chosen['kafka']}", "embedded")
