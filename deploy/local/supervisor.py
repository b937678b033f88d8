"""Starts parts and waits until they answer, restarts what dies, stops all in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.local import part as parts
from deploy.local.part import Part
from deploy.local.state import Run, RunFile
from deploy.local.trouble import Trouble

ASK_AGAIN_S = 0.1
PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = 30.0
STABLE_S = 60.0  # a part that ran so long starts again with the first pause
SWEEP_MAX_S = 20.0
START_TRIES = 3


@dataclass
class Kept:
    """A part under our care: its process now, and how often it had to be started again."""

    part: Part
    process: subprocess.Popen[bytes]
    since: float
    restarts: int = 0
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """The processes of one home. `watch` hears every change of a part: ("kafka", "starting" | "ready" | …)."""

    def __init__(self, file: RunFile, watch: Callable[[str, str], None] = lambda name, state: None) -> None:
        self.file = file
        self.watch = watch
        self.kept: dict[str, Kept] = {}
        self.stopping = False
        self.troubles: asyncio.Queue[Trouble] = asyncio.Queue()

    async def start(self, part: Part) -> None:
        """Start it and wait until it answers; Trouble if it ends first, again and again, or takes too long."""
        for tries_left in reversed(range(START_TRIES)):
            kept = self.kept[part.name] = Kept(part, parts.start(part), time.monotonic())
            self._note(part.name, "starting")
            try:
                await self._until_ready(kept)
                break
            except Trouble:  # on a busy machine Connect gives up on Kafka now and then
                await self._kill(kept)
                if not tries_left:
                    raise
        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {part.name}")

    async def stop(self, *waves: Sequence[str]) -> None:
        """End the parts, wave by wave, each part within its own time; then whatever no wave named, newest first."""
        self.stopping = True
        named = {name for wave in waves for name in wave}
        rest = [[name] for name in reversed(self.kept) if name not in named]
        for wave in (*waves, *rest):
            await asyncio.gather(*(self._end(self.kept[name]) for name in wave if name in self.kept))

    async def _until_ready(self, kept: Kept) -> None:
        part = kept.part
        try:
            async with asyncio.timeout(part.start_max_s):
                while not await part.ready():
                    if kept.process.poll() is not None:
                        raise Trouble(f"{part.name} ended while it was starting: its log, {part.log}, says why.")
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError:
            raise Trouble(f"{part.name} did not answer in {part.start_max_s:.0f} s: see its log, {part.log}.") from None
        self._note(part.name, "ready")

    async def _keep(self, kept: Kept) -> None:
        """For as long as the supervisor runs: what has ended is started again, after a pause that grows."""
        pause_s = PAUSE_FIRST_S
        while True:
            await ended(kept.process)
            if self.stopping:
                return
            pause_s = PAUSE_FIRST_S if time.monotonic() - kept.since > STABLE_S else pause_s
            self._note(kept.part.name, f"ended with {kept.process.returncode}")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, PAUSE_MAX_S)
            await self._again(kept)

    async def _again(self, kept: Kept) -> None:
        kept.restarts += 1
        kept.process, kept.since = parts.start(kept.part), time.monotonic()
        self._note(kept.part.name, "starting")
        try:
            await self._until_ready(kept)
        except Trouble:
            await self._kill(kept)  # the keeper sees the end and tries again

    async def _end(self, kept: Kept) -> None:
        if kept.keeper:
            kept.keeper.cancel()
        if kept.process.poll() is None:
            self._note(kept.part.name, "stopping")
            kept.process.send_signal(kept.part.stop)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(kept.part.stop_max_s):
                    await ended(kept.process)
        await self._kill(kept)
        self._note(kept.part.name, "stopped")

    async def _kill(self, kept: Kept) -> None:
        """Whatever is left of it, and of what it started (each part has a process group of its own)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(kept.process.pid, signal.SIGKILL)
        await ended(kept.process)

    def _note(self, name: str, state: str) -> None:
        kept = self.kept.get(name)
        if kept:
            self.file.note(name, kept.process.pid, parts.started_at(kept.process.pid), state, kept.restarts)
        self.watch(name, state)


async def ended(process: subprocess.Popen[bytes]) -> None:
    """Waits, without asking again and again, for the end of a child of ours."""
    if process.poll() is not None:
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.pidfd_open(process.pid)
    loop.add_reader(descriptor, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    process.wait()


def sweep(run: Run) -> list[str]:
    """Ends what a supervisor that was killed left behind: only processes that its file names by pid and start time."""
    left = {name: one.pid for name, one in run.parts.items() if one.alive}
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        for name, pid in left.items():
            if run.parts[name].alive:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGINT if name == "postgres" and wanted != signal.SIGKILL else wanted)
        deadline = time.monotonic() + SWEEP_MAX_S
        while any(run.parts[name].alive for name in left) and time.monotonic() < deadline:
            time.sleep(ASK_AGAIN_S)
    return list(left)
