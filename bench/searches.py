"""Recorded searches a second and how long they take, beside a bare authenticated endpoint with one committed insert."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.client import Lead, search
from bench.figures import MS, Figure, Told, middle, p99, spread
from bench.load import Orders, Request
from bench.portal import BenchFailed, Portal, cpu_s, looking, recorded, until
from deploy.local.processes import ports
from deploy.local.processes import program as parts
from deploy.local.processes.program import Program
from deploy.operate import databases

ROOT = Path(__file__).parents[1]
WARM_S = 2.0
RECORDED_MAX_S = 120.0
AIM_SHARE = 0.5
CHILDREN_MAX = 500

# Children whose answer names a worker: the answer that is most work, and the one the portal is for.
FOUND = """
    SELECT DISTINCT p.upn FROM person p
      JOIN school_history h ON h.person_id = p.id AND h.urn = $1 AND h.ends IS NULL
      JOIN involvement i ON i.person_id = p.id AND i.closed IS NULL
      JOIN allocation a ON a.person_id = p.id AND a.ends IS NULL
     WHERE NOT p.restricted LIMIT $2
"""


@dataclass(frozen=True)
class Target:
    """Where to ask, and the process that answers."""

    url: str
    path: str
    pid: int


async def measure(portal: Portal, lead: Lead, made: int, rounds: int, seconds: float, concurrency: int) -> Told:
    """Ours and the peer's by turns. `made`: searches before this, so that every record can be counted."""
    async with looking(portal.admin("council")) as source:
        upns = [row["upn"] for row in await source.fetch(FOUND, lead.school, CHILDREN_MAX)]
    bodies = [search(upn).decode() for upn in upns]
    all_seen: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    async with peer(portal) as theirs:
        ours = Target(portal.places.url("lookup"), "/searches", portal.pid("lookup"))
        for turn in range(rounds + 1):  # the first warms both up
            for name, target in (("ours", ours), ("peer", theirs)):
                took_s = seconds if turn else WARM_S
                turn_of = [Request("POST", target.path, bodies)]
                orders = Orders(target.url, await lead.token(), turn_of, concurrency, took_s)
                before_s = cpu_s(target.pid)
                seen = await loaded(orders)
                seen["cpu_s"] = cpu_s(target.pid) - before_s
                made += len(seen["took_s"]) if name == "ours" else 0
                await all_recorded(portal, made)
                if turn:
                    all_seen[name].append(seen)
    return told(all_seen, concurrency, await recorded(portal, "SearchMade"), made)


async def all_recorded(portal: Portal, made: int) -> None:
    """Return when audit has an entry for each search, so that no round pays for the one before it."""

    async def done() -> bool:
        return await recorded(portal, "SearchMade") >= made

    await until(done, "every search is in the audit record", RECORDED_MAX_S)


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


@asynccontextmanager
async def peer(portal: Portal, audience: str = "lookup", path: str = "/rows") -> AsyncIterator[Target]:
    """The peer, in its own process, with a database of its own in the same PostgreSQL."""
    [port] = ports.find(1)
    url = f"http://127.0.0.1:{port}"
    await databases.make_database(portal.places.postgres, "bench", "portal_admin")
    environment = {
        "PEER_DSN": portal.admin("bench"), "PEER_PORT": str(port), "PEER_IDENTITY_URL": portal.places.url("identity"),
        "PEER_ROW_BYTES": str(await row_bytes(portal)), "PEER_AUDIENCE": audience,
    }  # fmt: skip
    argv = [sys.executable, "-m", "bench.peer"]
    process = parts.start(Program(name="peer", argv=argv, log=portal.home / "logs/peer.log", env=environment, cwd=ROOT))
    try:
        await until(lambda: ports.replies(f"{url}/readyz"), "the peer answers", 30)
        yield Target(url, path, process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def row_bytes(portal: Portal) -> int:
    """How long a search's own record is: headers and body."""
    async with looking(portal.admin("audit")) as audit:
        size = await audit.fetchval("SELECT avg(length(headers) + length(body)) FROM entry WHERE kind = 'SearchMade'")
        return int(size or 1500)


def told(seen: dict[str, list[dict[str, Any]]], concurrency: int, kept: int, made: int) -> Told:
    rates = {name: [len(one["took_s"]) / one["seconds"] for one in rounds] for name, rounds in seen.items()}
    highs = {name: [p99(one["took_s"]) * MS for one in rounds] for name, rounds in seen.items()}
    cpu = {name: [one["cpu_s"] * MS / len(one["took_s"]) for one in rounds] for name, rounds in seen.items()}
    beside = "bare endpoint, same token check, one committed insert"
    ours, theirs = middle(rates["ours"]), middle(rates["peer"])
    share = ours / theirs
    figures = [
        Figure(
            f"searches, {concurrency} at once", "/s", ours, theirs, beside, ">= 0.50 of the peer", share >= AIM_SHARE
        ),
        Figure("search, p99", "ms", middle(highs["ours"]), middle(highs["peer"]), beside),
        Figure("CPU of the service for a search", "ms", middle(cpu["ours"]), middle(cpu["peer"]), beside),
        Figure("answers without a record", "", max(0, made - kept), made, "of so many answers", "0", kept >= made),
    ]
    every = {name: spread([s for one in rounds for s in one["took_s"]], MS) for name, rounds in seen.items()}
    raw = {"rates_per_s": rates, "p99_ms": highs, "took_ms": every, "cpu_ms": cpu, "searches": made, "entries": kept}
    return Told(figures, raw, [f"{made} answered searches, {kept} entries"] if kept < made else [])
