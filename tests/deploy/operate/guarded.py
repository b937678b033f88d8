"""A broker as a home has it: users by SCRAM, access lists from the manifests, on data that an open one has written."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.engines import kafka
from deploy.local.processes import ports
from deploy.operate import acls, topics
from deploy.operate.acls import Allowed
from deploy.services import load, load_all
from shared.log.kafka import Cluster, KafkaBus
from shared.log.record import Record
from tests.shared.own import Engine
from tests.support import homes

PASSWORDS = kafka.BrokerPasswords(operator="operators", broker="brokers")
OLD = Record("identity.facts.v1", b"old", b"written before there were users")


@dataclass(frozen=True)
class Guarded:
    """Where it answers, and who may come."""

    engine: Engine
    servers: str
    controller: str

    def cluster(self, user: str) -> Cluster:
        return Cluster(self.servers, "SASL_PLAINTEXT", user, f"{user}-password")

    @property
    def operator(self) -> Cluster:
        return Cluster(self.servers, "SASL_PLAINTEXT", acls.OPERATOR, PASSWORDS.operator, "PLAIN")

    def bus(self, user: str) -> KafkaBus:
        return KafkaBus(self.cluster(user), f"test-{user}")

    async def apply(self, *, alone: bool = False, keep: bool = False) -> acls.Applied:
        """What `portal acls` does."""
        passwords = {user: self.cluster(user).password for user in acls.principals(load_all())}
        return await acls.apply(self.operator, load_all(), passwords, alone=alone, keep=keep)

    async def append(self, user: str, topic: str, body: bytes = b"{}") -> None:
        """As this user; raises what the broker says."""
        bus = self.bus(user)
        try:
            await bus.append([Record(topic, b"key", body)])
        finally:
            await bus.stop()


def rights(service: str) -> Allowed:
    return acls.allowed(load(service))


@contextlib.asynccontextmanager
async def guarded() -> AsyncIterator[Guarded]:
    with homes.home("test") as home:
        chosen = ports.choose(("kafka", "controller"), {}, {})
        servers, controller = (f"{ports.LOOPBACK}:{chosen[name]}" for name in ("kafka", "controller"))
        engine = Engine(kafka.part(home, chosen["kafka"]))
        made = Guarded(engine, servers, controller)
        try:
            await _yesterday(engine, home, chosen, servers)
            await asyncio.to_thread(kafka.initialise, home, chosen["kafka"], chosen["controller"], PASSWORDS)
            await engine.start()
            await made.apply()
            await topics.ensure(made.operator, load_all())
            yield made
        finally:
            await engine.stop(signal.SIGKILL)


async def _yesterday(engine: Engine, home: Path, chosen: dict[str, int], servers: str) -> None:
    """The home as the version before wrote it: no users, no access lists."""
    await asyncio.to_thread(kafka.initialise, home, chosen["kafka"], chosen["controller"])
    await engine.start()
    await topics.ensure(servers, [load("identity")])
    bus = KafkaBus(servers, "test-yesterday")
    await bus.append([OLD])
    await bus.stop()
    await engine.stop()
