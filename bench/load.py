"""`python -m bench.load`: asks one address at a fixed concurrency for a while; a process of its own, loopback only.

Reads its orders as JSON from standard input, and writes what it saw as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import uvloop

from bench.client import OpenConnection

CONCURRENCY_MAX = 64
SECONDS_MAX = 120.0


@dataclass(frozen=True)
class Request:
    """One request of a turn. The bodies are taken in turn; `file` is a path of what is sent instead.

    `{key}` in the path is a UUID of this turn, with `keyed` the idempotency key of the request too; another name in
    braces is the field `keeps` of an answer before.
    """

    method: str
    path: str
    bodies: list[str] = field(default_factory=lambda: [""])
    file: str | None = None
    keyed: bool = False
    keeps: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Orders:
    """What to ask for in each turn, one after the other; how many turns at once, how long."""

    url: str
    bearer: str | None
    turn: list[Request]
    concurrency: int
    seconds: float

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Orders:
        return cls(**{**said, "turn": [Request(**one) for one in said["turn"]]})


@dataclass
class Seen:
    """How long each turn took, in seconds; answers other than 200 and 201 by status."""

    took_s: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


async def run(orders: Orders) -> Seen:
    if urlsplit(orders.url).hostname != "127.0.0.1":
        raise SystemExit("the load is for this machine only")
    connections = [await OpenConnection.open(orders.url) for _ in range(min(orders.concurrency, CONCURRENCY_MAX))]
    bodies = [_bodies(request) for request in orders.turn]
    seen, began = Seen(), time.perf_counter()
    until = began + min(orders.seconds, SECONDS_MAX)
    await asyncio.gather(*(_ask(orders, bodies, one, n, until, seen) for n, one in enumerate(connections)))
    seen.seconds = time.perf_counter() - began
    for one in connections:
        one.close()
    return seen


def _bodies(request: Request) -> list[bytes]:
    return [Path(request.file).read_bytes()] if request.file else [body.encode() for body in request.bodies]


async def _ask(
    orders: Orders, bodies: list[list[bytes]], connection: OpenConnection, turn: int, until: float, seen: Seen
) -> None:
    while (began := time.perf_counter()) < until:
        kept = {"key": str(uuid4())}
        for request, some in zip(orders.turn, bodies, strict=True):
            status, said = await _one(orders, request, connection, some[turn % len(some)], kept)
            if status not in (200, 201):
                seen.refused[str(status)] = seen.refused.get(str(status), 0) + 1
                break
            if request.keeps:
                kept[request.keeps] = json.loads(said)[request.keeps]
        seen.took_s.append(time.perf_counter() - began)
        turn += orders.concurrency


async def _one(
    orders: Orders, request: Request, connection: OpenConnection, body: bytes, kept: Mapping[str, str]
) -> tuple[int, bytes]:
    headers = request.headers | ({"idempotency-key": kept["key"]} if request.keyed else {})
    return await connection.ask(request.method, request.path.format(**kept), orders.bearer, body, headers)


def main() -> None:
    orders = Orders.read(json.load(sys.stdin))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(asdict(runner.run(run(orders))), sys.stdout)


if __name__ == "__main__":
    main()
