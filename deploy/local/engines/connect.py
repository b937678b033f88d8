"""Kafka Connect with Debezium: brings the source database's changes into Kafka; its REST interface asks for a password.

Whoever reaches that interface could have the capture's password sent to a host of their own. So it is on loopback only,
lets in only who knows the password (Kafka's own extension, KIP-285), and of the environment a connector may name only
what it was given for it.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from deploy.connect import rest
from deploy.local import jars
from deploy.local.engines import kafka
from deploy.local.processes.ports import LOOPBACK, replies
from deploy.local.processes.program import Program
from deploy.machine import write
from shared.log.kafka import Cluster

HEAP_MAX = "320m"
# It complains of a converter of Debezium's that we do not use and that does not fit this version of Connect.
NO_SCANNER = f"{kafka.LOG}.log.org.apache.kafka.connect.runtime.isolation.PluginScanner=off"
REST_EXTENSION = "org.apache.kafka.connect.rest.basic.auth.extension"


def client_properties(cluster: Cluster) -> dict[str, str]:
    """How Connect signs in to Kafka: for itself, and (`producer.`) for what it captures."""
    if cluster.security == "PLAINTEXT":
        return {}
    given = {
        "security.protocol": cluster.security,
        "sasl.mechanism": cluster.mechanism,
        "sasl.jaas.config": f'{kafka.SCRAM} required username="{cluster.user}" password="{cluster.password}";',
    }
    return given | {f"producer.{name}": value for name, value in given.items()}


def properties(where: Cluster | str, port: int, secrets: Collection[str] = ()) -> dict[str, str]:
    """The worker's settings; `secrets`: the variables that a connector may name."""
    cluster = Cluster.at(where)
    storage = {
        f"{what}.storage.{name}": value
        for what in ("config", "offset", "status")
        for name, value in (("topic", f"connect.{what}"), ("replication.factor", "1"))
    }
    return {
        **storage,
        **client_properties(cluster),
        "bootstrap.servers": cluster.servers,
        "group.id": "connect",
        "listeners": f"http://{LOOPBACK}:{port}",
        "rest.advertised.host.name": LOOPBACK,
        "offset.storage.partitions": "1",
        "status.storage.partitions": "1",
        "offset.flush.interval.ms": "5000",
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "plugin.path": str(jars.install()[jars.PLUGIN].parent),
        "plugin.discovery": "service_load",
        "scheduled.rebalance.max.delay.ms": "0",
        "config.providers": "env",
        "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
        "config.providers.env.param.allowlist.pattern": "|".join(map(re.escape, secrets)) or "(?!)",
        "connector.client.config.override.policy": "None",
        "rest.extension.classes": f"{REST_EXTENSION}.BasicAuthSecurityRestExtension",
        "admin.listeners": "",  # none: what could change the log levels
    }


def url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def part(
    home: Path, where: Cluster | str, port: int, password: str, secrets: Mapping[str, str], heap_max: str = HEAP_MAX
) -> Program:
    """The worker; it keeps its settings and its place in Kafka, so the home holds nothing of it but its log.

    A connector may name each of these secrets as `${env:NAME}`.
    """
    folder = home / "connect"
    settings = kafka.write_properties(folder / "worker.properties", properties(where, port, secrets))
    passwords = write(folder / "rest.properties", f"{rest.USER}={password}\n")
    module = f'{REST_EXTENSION}.PropertyFileLoginModule required file="{passwords}";'
    jaas = write(folder / "jaas.conf", f"KafkaConnect {{\n    {module}\n}};\n")
    options = (NO_SCANNER, f"-Djava.security.auth.login.config={jaas}")
    return Program(
        name="connect",
        argv=kafka.command(heap_max, "org.apache.kafka.connect.cli.ConnectDistributed", str(settings), options=options),
        log=home / "logs/connect.log",
        env=secrets,
        ready=lambda: replies(f"{url(port)}/connectors", (rest.USER, password)),  # it has joined its group
        needs=("kafka",),
    )
