"""Recorded searches a second and how long they take, beside a bare authenticated endpoint with one committed insert."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench import rounds
from bench.client import Lead, search
from bench.figures import Figure, Measured
from bench.load import Request
from bench.portal import Portal, looking, recorded, until
from bench.rounds import ROOT, Rounds, Shape, Target, by_turns
from deploy.local.processes import ports
from deploy.local.processes import program as parts
from deploy.local.processes.program import Program
from deploy.operate import databases

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


async def measure(portal: Portal, lead: Lead, made: int, shape: Shape) -> Measured:
    """Ours and the peer's by turns. `made`: searches before this, so that every record can be counted."""
    async with looking(portal.admin("council")) as source:
        upns = [row["upn"] for row in await source.fetch(FOUND, lead.school, CHILDREN_MAX)]
    bodies = [search(upn).decode() for upn in upns]
    count = made

    async def settle(name: str, seen: dict[str, Any]) -> None:
        nonlocal count
        count += len(seen["took_s"]) if name == "ours" else 0
        await all_recorded(portal, count)

    async with peer(portal) as theirs:
        ours = Target(portal.places.url("lookup"), "/searches", portal.pid("lookup"))
        targets = {"ours": ours, "peer": theirs}
        sides = {name: (target, [Request("POST", target.path, bodies)]) for name, target in targets.items()}
        seen = await by_turns(portal, lead, sides, shape, settle)
    return told(seen, shape.concurrency, await recorded(portal, "SearchMade"), count)


async def all_recorded(portal: Portal, made: int) -> None:
    """Return when audit has an entry for each search, so that no round pays for the one before it."""

    async def done() -> bool:
        return await recorded(portal, "SearchMade") >= made

    await until(done, "every search is in the audit record", RECORDED_MAX_S)


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


def told(seen: Rounds, concurrency: int, kept: int, made: int) -> Measured:
    beside = "bare endpoint, same token check, one committed insert"
    ours, theirs = rounds.middles(rounds.rates(seen))
    figures = [
        Figure(f"searches, {concurrency} at once", "/s", ours, theirs, beside, ">= 0.50 of the peer",
               ours / theirs >= AIM_SHARE),
        Figure("search, p99", "ms", *rounds.middles(rounds.highs(seen)), beside),
        Figure("CPU of the service for a search", "ms", *rounds.middles(rounds.cpu(seen)), beside),
        Figure("answers without a record", "", max(0, made - kept), made, "of so many answers", "0", kept >= made),
    ]  # fmt: skip
    raw = {**rounds.raw(seen), "searches": made, "entries": kept}
    return Measured(figures, raw, [f"{made} answered searches, {kept} entries"] if kept < made else [])
