"""A portal of the bench's own, in a home of its own: started, watched and stopped by the portal command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from deploy.demo.council import SOURCE
from deploy.local.home import Remembered, make_home
from deploy.local.places import Places
from deploy.local.processes.run import RunFile
from deploy.operate import databases

ENGINES = ("postgres", "source", "kafka", "connect")
LOOK_AGAIN_S = 0.05
COMMAND_MAX_S = 300.0
KIB = 1024
SENDING_ALONE = {"REFERRALS_TRANSFER": "none"}
"""What is sent by the thousand is not made into PDFs and handed on meanwhile: that would be measured with it."""


class BenchFailed(Exception):
    """The measurement could not be made."""


async def until(look: Callable[[], Awaitable[bool]], what: str, within_s: float, every_s: float = LOOK_AGAIN_S) -> None:
    """Return when it is so; BenchFailed names what did not come."""
    deadline = time.monotonic() + within_s
    while not await look():
        if time.monotonic() > deadline:
            raise BenchFailed(f"not within {within_s:.0f} s: {what}")
        await asyncio.sleep(every_s)


class Portal:
    """One home and what runs in it."""

    def __init__(self, home: Path) -> None:
        self.home = make_home(home)

    @property
    def places(self) -> Places:
        return Places(self.home, Remembered.open(self.home))

    def admin(self, database: str) -> str:
        """The administrator's DSN of one database: the bench looks, and never through a service's own door."""
        cluster = self.places.source_cluster if database == SOURCE else self.places.postgres
        return databases.at(cluster, database)

    async def command(self, *words: str) -> str:
        """What `portal WORDS --home …` says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.cli", *words, "--home", str(self.home),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=Path(__file__).parents[1],
            env={**os.environ, **SENDING_ALONE},
        )  # fmt: skip
        async with asyncio.timeout(COMMAND_MAX_S):
            said, _ = await process.communicate()
        if process.returncode:
            raise BenchFailed(f"portal {words[0]} left with {process.returncode}: {said.decode()[-2000:]}")
        return said.decode()

    async def up(self, schools: int, children: int) -> float:
        """Start everything; seconds until it was ready. One that runs already is taken as it is."""
        began = time.monotonic()
        if RunFile(self.home).read().alive:
            return 0.0
        await self.command("up", "--detach", "--schools", str(schools), "--children", str(children))
        return time.monotonic() - began

    async def down(self) -> None:
        if RunFile(self.home).read().alive:
            await self.command("down")

    async def accounts(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(await self.command("demo", "accounts", "--json"))
        return found

    async def code(self, email: str) -> str:
        return (await self.command("demo", "code", email)).strip().splitlines()[-1]

    def pid(self, service: str) -> int:
        return RunFile(self.home).read().parts[service].pid

    def memory_mb(self) -> dict[str, float]:
        """Proportional memory of each part with all that it started; the supervisor is a part too."""
        return trees_mb(self._roots())

    def cpu_s(self) -> dict[str, float]:
        """Seconds that each part has computed, with all that it started and that has not ended."""
        return {name: sum(map(cpu_s, pids)) for name, pids in trees(self._roots()).items()}

    def _roots(self) -> dict[str, int]:
        run = RunFile(self.home).read()
        supervisor = {"supervisor": run.supervisor.pid} if run.supervisor else {}
        return {**{name: one.pid for name, one in run.parts.items() if one.alive}, **supervisor}


def trees_mb(roots: dict[str, int]) -> dict[str, float]:
    """Proportional set size, in MB, of each process and its descendants."""
    return {name: sum(map(_pss_kib, pids)) * KIB / 1e6 for name, pids in trees(roots).items()}


def trees(roots: dict[str, int]) -> dict[str, list[int]]:
    """Each process and its descendants; a descendant that is a root counts there."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid in (int(name) for name in os.listdir("/proc") if name.isdecimal()):
        if (parent := _parent(pid)) is not None:
            children[parent].append(pid)
    others = set(roots.values())

    def tree(pid: int) -> list[int]:
        return [pid, *(one for child in children[pid] if child not in others for one in tree(child))]

    return {name: tree(pid) for name, pid in roots.items()}


def cpu_s(pid: int) -> float:
    """Seconds that a process has computed since it began: a busy machine does not change them much."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _pss_kib(pid: int) -> int:
    """https://docs.kernel.org/filesystems/proc.html: Pss, a page shared by n processes counted as 1/n."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


@asynccontextmanager
async def home(given: Path | None) -> AsyncIterator[Portal]:
    """A portal's home; one of our own is removed at the end, whatever happened, with all that still runs in it.

    A portal that ran in a given home before is left running, unless a measurement had to stop it.
    """
    portal = Portal(given or Path(tempfile.mkdtemp(prefix="portal-bench-", dir="/var/tmp")))
    ran_before = RunFile(portal.home).read().alive
    try:
        yield portal
    finally:
        if not ran_before:
            await asyncio.shield(portal.down())
        if given is None:
            await asyncio.to_thread(_remove, portal.home)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def looking(dsn: str) -> AsyncIterator[Any]:
    """One connection to look with."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=120)
    try:
        yield connection
    finally:
        await connection.close()


async def shown_up_to(portal: Portal) -> float:
    """Up to when, in seconds since 1970, lookup shows what the source had committed."""
    async with looking(portal.admin("lookup")) as lookup:
        at = await lookup.fetchval("SELECT extract(epoch FROM max(as_of)) FROM freshness")
        return float(at or 0)


async def caught_up(portal: Portal, within_s: float) -> None:
    """Return when lookup shows all that is committed in the source now."""
    async with looking(portal.admin("council")) as source:
        now = float(await source.fetchval("SELECT extract(epoch FROM clock_timestamp())"))

    async def passed() -> bool:
        return await shown_up_to(portal) >= now

    await until(passed, "lookup shows what the source has", within_s)


async def recorded(portal: Portal, kind: str) -> int:
    async with looking(portal.admin("audit")) as audit:
        return int(await audit.fetchval("SELECT count(*) FROM entry WHERE kind = $1", kind))
