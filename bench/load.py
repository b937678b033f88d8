"""`python -m bench.load`: asks one address at a fixed concurrency for a while; a process of its own, loopback only.

Reads its orders as JSON from standard input, and writes what it saw as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

import uvloop

from bench.client import OpenConnection

CONCURRENCY_MAX = 64
SECONDS_MAX = 120.0


@dataclass(frozen=True)
class Orders:
    """What to ask for, how often at once, how long. The bodies are taken in turn."""

    url: str
    path: str
    bearer: str
    bodies: list[str]
    concurrency: int
    seconds: float


@dataclass
class Seen:
    """How long each answer took, in seconds; answers other than 200 and 201 by status."""

    took_s: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


async def run(orders: Orders) -> Seen:
    if urlsplit(orders.url).hostname != "127.0.0.1":
        raise SystemExit("the load is for this machine only")
    connections = [await OpenConnection.open(orders.url) for _ in range(min(orders.concurrency, CONCURRENCY_MAX))]
    seen, began = Seen(), time.perf_counter()
    until = began + min(orders.seconds, SECONDS_MAX)
    await asyncio.gather(*(_ask(orders, one, n, until, seen) for n, one in enumerate(connections)))
    seen.seconds = time.perf_counter() - began
    for one in connections:
        one.close()
    return seen


async def _ask(orders: Orders, connection: OpenConnection, turn: int, until: float, seen: Seen) -> None:
    bodies = [body.encode() for body in orders.bodies]
    while (began := time.perf_counter()) < until:
        status, _ = await connection.ask("POST", orders.path, orders.bearer, bodies[turn % len(bodies)])
        seen.took_s.append(time.perf_counter() - began)
        if status not in (200, 201):
            seen.refused[str(status)] = seen.refused.get(str(status), 0) + 1
        turn += orders.concurrency


def main() -> None:
    orders = Orders(**json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(asdict(runner.run(run(orders))), sys.stdout)


if __name__ == "__main__":
    main()
