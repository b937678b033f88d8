"""Rounds of load on ours and the peer, by turns, so that both meet the same machine; and what they say side by side."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.client import Lead
from bench.figures import MS, middle, p99, spread
from bench.load import Orders, Request
from bench.portal import BenchFailed, Portal, cpu_s

ROOT = Path(__file__).parents[1]
WARM_S = 2.0
Rounds = Mapping[str, list[dict[str, Any]]]
"""What was seen in each round, of "ours" and of the "peer"."""


@dataclass(frozen=True)
class Target:
    """Where to ask, and the process that answers."""

    url: str
    path: str
    pid: int


@dataclass(frozen=True)
class Shape:
    """How many rounds, how long each of ours and of the peer's is, how much is asked at once."""

    rounds: int
    seconds: float
    concurrency: int


async def by_turns(
    portal: Portal,
    lead: Lead,
    sides: Mapping[str, tuple[Target, list[Request]]],
    shape: Shape,
    settle: Callable[[str, dict[str, Any]], Awaitable[None]],
) -> Rounds:
    """The first round warms both up, and is left out. After each, `settle` is told whose and what was seen."""
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for number in range(shape.rounds + 1):
        for name, (target, turn) in sides.items():
            took_s = shape.seconds if number else WARM_S
            orders = Orders(target.url, await lead.token(), turn, shape.concurrency, took_s)
            one = await watched(portal, target, orders)
            await settle(name, one)
            seen[name] += [one] if number else []
    return seen


async def watched(portal: Portal, target: Target, orders: Orders) -> dict[str, Any]:
    """What the load generator saw, and the CPU seconds meanwhile: of the process that answers, and of each part."""
    own_s, parts_s = cpu_s(target.pid), portal.cpu_s()
    seen = await loaded(orders)
    seen["cpu_s"] = cpu_s(target.pid) - own_s
    seen["cpu_s_by_part"] = {part: s - parts_s.get(part, 0.0) for part, s in portal.cpu_s().items()}
    return seen


async def loaded(orders: Orders) -> dict[str, Any]:
    """What the load generator saw, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    said, _ = await process.communicate(json.dumps(asdict(orders)).encode())
    if process.returncode:
        raise BenchFailed(f"the load generator left with {process.returncode}")
    seen: dict[str, Any] = json.loads(said)
    if seen["refused"]:
        raise BenchFailed(f"{orders.turn[0].path} refused: {seen['refused']}")
    return seen


def rates(seen: Rounds) -> dict[str, list[float]]:
    """Turns a second, round by round."""
    return {name: [len(one["took_s"]) / one["seconds"] for one in rounds] for name, rounds in seen.items()}


def highs(seen: Rounds) -> dict[str, list[float]]:
    """The p99 of each round, in milliseconds."""
    return {name: [p99(one["took_s"]) * MS for one in rounds] for name, rounds in seen.items()}


def cpu(seen: Rounds) -> dict[str, list[float]]:
    """Milliseconds that the process which answers computed for one turn, round by round."""
    return {name: [one["cpu_s"] * MS / len(one["took_s"]) for one in rounds] for name, rounds in seen.items()}


def middles(values: Mapping[str, list[float]]) -> tuple[float, float]:
    """Ours and the peer's, of the middle round."""
    return middle(values["ours"]), middle(values["peer"])


def raw(seen: Rounds) -> dict[str, Any]:
    every = {name: spread([s for one in rounds for s in one["took_s"]], MS) for name, rounds in seen.items()}
    parts = {name: [one["cpu_s_by_part"] for one in rounds] for name, rounds in seen.items()}
    measured = {"rates_per_s": rates(seen), "p99_ms": highs(seen), "cpu_ms": cpu(seen)}
    return {**measured, "took_ms": every, "cpu_s_by_part": parts}
