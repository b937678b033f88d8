"""Our own relay or worker as a real process that ends itself by SIGKILL at a named point; started by test_kills.py.

No production code knows of it: the crash sits in a bus, or in a reaction, that is passed in.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from shared.database.pool import connect
from shared.database.tx import Tx
from shared.events.consumers import Consumers
from shared.events.facts import ReceivedFact
from shared.events.relay import Relay
from shared.log.kafka import KafkaBus
from shared.log.record import Deliver, Record
from shared.manifest import Reaction
from tests.shared.world import fact_type, keep

DSN, SERVERS = "CRASHING_DSN", "CRASHING_KAFKA"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DiesAfterAcknowledgement(KafkaBus):
    async def append(self, records: Sequence[Record]) -> None:
        await super().append(records)
        die()


class DiesBeforeOffsets(KafkaBus):
    """The handler has returned, so its effect is committed; the offsets are not."""

    def subscribe(self, group: str, topics: Sequence[str], deliver: Deliver, *, gathered: bool = False) -> None:
        async def deliver_and_die(records: Sequence[Record]) -> None:
            await deliver(records)
            die()

        super().subscribe(group, topics, deliver_and_die, gathered=gathered)


async def keep_and_die(tx: Tx, heard: Sequence[ReceivedFact]) -> None:
    """The effect is written, and the transaction still open."""
    await keep(tx, heard)
    die()


BUSES = {"relay-acknowledged": DiesAfterAcknowledgement, "worker-committed": DiesBeforeOffsets}


async def run(point: str, name: str) -> None:
    db = await connect(os.environ[DSN], "suite")
    servers, kind = os.environ[SERVERS], BUSES.get(point, KafkaBus)
    if point.startswith("relay"):
        await Relay(db, lambda: kind(servers, "crashing")).run()
    react = keep_and_die if point == "worker-uncommitted" else keep
    bus = kind(servers, "crashing", instance="only")
    await Consumers(name, db, bus, [Reaction(facts=(fact_type(f"{name}.facts.v1"),), to=react, group="keep")]).run()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
