"""Starts parts and waits until they answer, restarts what dies, stops all in order."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.local.processes import program as parts
from deploy.local.processes.program import Program
from deploy.local.processes.run import Run, RunFile
from deploy.trouble import Trouble

ASK_AGAIN_S = 0.1
PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = 5.0
STABLE_S = 60.0  # a part that ran so long starts again with the first pause
SWEEP_MAX_S = 20.0
START_TRIES = 3
FAST_END = {"postgres": signal.SIGINT, "source": signal.SIGINT}  # to SIGTERM they wait until every client has gone


@dataclass
class Supervised:
    """A part under our care: its process now, and how often it had to be started again."""

    part: Program
    process: subprocess.Popen[bytes]
    since: float
    ready: bool = False
    restarts: int = 0
    pause_s: float = PAUSE_FIRST_S
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """The processes of one home. `watch` is called with every change of a part: ("kafka", "starting" | "ready" | …)."""

    def __init__(self, file: RunFile, watch: Callable[[str, str], None] = lambda name, state: None) -> None:
        self.file = file
        self.watch = watch
        self.kept: dict[str, Supervised] = {}
        self.stopping = False

    async def start(self, part: Program) -> None:
        """Start it and wait until it answers; Trouble if it ends first, again and again, or takes too long."""
        for tries_left in reversed(range(START_TRIES)):
            await self._waited_for_needs(part)
            kept = self.kept[part.name] = Supervised(part, parts.start(part), time.monotonic())
            self._note(part.name, "starting")
            try:
                await self._until_ready(kept)
                break
            except Trouble:  # on a busy machine Connect gives up on Kafka now and then
                await self._kill(kept)
                if not tries_left:
                    raise
        self._keep_on(kept)

    async def stop(self, *waves: Sequence[str]) -> None:
        """End the parts, wave by wave, each part within its own time; then whatever no wave named, newest first.

        What goes wrong with one part keeps no other running: it is raised when all have been ended.
        """
        self.stopping = True
        named = {name for wave in waves for name in wave}
        rest = [[name] for name in reversed(self.kept) if name not in named]
        wrong: list[BaseException] = []
        for wave in (*waves, *rest):
            ends = [self.end(name) for name in wave if name in self.kept]
            wrong += [said for said in await asyncio.gather(*ends, return_exceptions=True) if said is not None]
        if wrong:
            raise wrong[0]

    async def _until_ready(self, kept: Supervised) -> None:
        part = kept.part
        why: str | None = ""
        try:
            async with asyncio.timeout(part.start_max_s):
                while True:
                    if kept.process.poll() is not None:
                        raise Trouble(f"{part.name} ended while it was starting: its log, {part.log}, says why.")
                    if (why := await _why_not_ready(part)) is None:
                        break
                    await asyncio.sleep(ASK_AGAIN_S)
        except TimeoutError:
            said = f"{part.name} did not answer in {part.start_max_s:.0f} s{f' ({why})' if why else ''}"
            raise Trouble(f"{said}: see its log, {part.log}.") from None
        kept.ready = True
        self._note(part.name, "ready")

    async def _waited_for_needs(self, part: Program) -> bool:
        """Waits until every part that it needs answers; True if it had to wait."""
        waited = False
        for needed in (self.kept[name] for name in part.needs if name in self.kept):
            while not needed.ready or await _why_not_ready(needed.part) is not None:
                if not waited:
                    self._note(part.name, f"waits for {needed.part.name}")
                waited = True
                await asyncio.sleep(ASK_AGAIN_S)
        return waited

    def _keep_on(self, kept: Supervised) -> None:
        """Gives the part a keeper; one that fails, for whatever reason, is reported and another takes its place."""
        if self.stopping:
            return

        def over(keeper: asyncio.Task[None]) -> None:
            if keeper.cancelled() or self.stopping:
                return
            self._note(kept.part.name, f"ended: its keeper, by {type(keeper.exception()).__name__}")
            keeper.get_loop().call_later(kept.pause_s, self._keep_on, kept)

        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {kept.part.name}")
        kept.keeper.add_done_callback(over)

    async def _keep(self, kept: Supervised) -> None:
        """For as long as the supervisor runs: what has ended is started again, after a pause that grows.

        A part that had to wait for another one was not at fault: its pause is the first one again.
        """
        while True:
            try:
                if not kept.ready:
                    await self._until_ready(kept)
            except Trouble:  # it did not answer in time
                await self._kill(kept)
            await ended(kept.process)
            kept.ready = False
            if self.stopping:
                return
            if time.monotonic() - kept.since > STABLE_S:
                kept.pause_s = PAUSE_FIRST_S
            self._note(kept.part.name, f"ended with {kept.process.returncode}")
            await asyncio.sleep(kept.pause_s)
            kept.pause_s = min(kept.pause_s * 2, PAUSE_MAX_S)
            if await self._waited_for_needs(kept.part):
                kept.pause_s = PAUSE_FIRST_S
            kept.restarts += 1
            kept.process, kept.since = parts.start(kept.part), time.monotonic()
            self._note(kept.part.name, "starting")

    async def end(self, name: str) -> None:
        """End one part, within its own time; nobody starts it again until it is asked for."""
        kept = self.kept[name]
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

    async def _kill(self, kept: Supervised) -> None:
        """Whatever is left of it, and of what it started (each part has a process group of its own)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(kept.process.pid, signal.SIGKILL)
        await ended(kept.process)

    def _note(self, name: str, state: str) -> None:
        """Reports a state in run.json and to `watch`; a full disk must not end a keeper."""
        with contextlib.suppress(OSError):
            if kept := self.kept.get(name):
                self.file.note(name, kept.process.pid, parts.started_at(kept.process.pid), state, kept.restarts)
        with contextlib.suppress(OSError):
            self.watch(name, state)


async def _why_not_ready(part: Program) -> str | None:
    """None if the part answers; else why not: the name of the exception, or nothing known ("").

    Only Trouble is raised: what waiting will not mend.
    """
    try:
        return None if await part.ready() else ""
    except Trouble:
        raise
    except Exception as error:
        return type(error).__name__


async def ended(process: subprocess.Popen[bytes]) -> None:
    """Waits, without polling, for the end of a child process."""
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
                    os.killpg(pid, FAST_END.get(name, wanted) if wanted != signal.SIGKILL else wanted)
        deadline = time.monotonic() + SWEEP_MAX_S
        while any(run.parts[name].alive for name in left) and time.monotonic() < deadline:
            time.sleep(ASK_AGAIN_S)
    return list(left)
