"""SIGKILL for every process of the portal, at moments that are drawn from the seed."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from deploy.local.processes.run import RunFile
from tests.soak.leads import Office, pause
from tests.support.until import until

JITTER_S = 0.2
UP_MAX_S = 300


@dataclass
class Killer:
    """Kills each part in turn, in an order that is shuffled anew each time all have been killed."""

    home: Path
    office: Office
    rng: Random
    moments: Sequence[int]
    """After how many answered acts each kill is due, in order."""
    only: Sequence[str] = ()
    """Which parts; all if none is named."""
    killed: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    """Each kill: seconds since the work began, acts by then, which part."""
    _deck: list[str] = field(default_factory=list)

    async def run(self) -> None:
        began = time.monotonic()
        for acts in self.moments:
            await self.office.reach(acts)
            await pause(self.rng.uniform(0, JITTER_S))
            part = await self._kill()
            self.told.append(f"{time.monotonic() - began:.1f} s, {self.office.acts} acts: {part}")

    async def _kill(self) -> str:
        """The next part of the deck that runs at this moment; those that are down already come later."""
        found = await until(self._next, lambda found: found is not None, UP_MAX_S)
        assert found is not None
        part, pid = found
        os.kill(pid, signal.SIGKILL)
        self._deck.remove(part)
        self.killed[part] += 1
        return part

    async def _next(self) -> tuple[str, int] | None:
        parts = RunFile(self.home).read().parts
        if not self._deck:
            self._deck = sorted(self.only or parts)
            self.rng.shuffle(self._deck)
        return next(((name, parts[name].pid) for name in self._deck if parts[name].alive), None)

    async def all_up(self) -> None:
        """Return when every part runs, and has answered."""

        async def down() -> list[str]:
            parts = RunFile(self.home).read().parts
            return [name for name, part in parts.items() if part.state != "ready" or not part.alive]

        await until(down, lambda names: not names, UP_MAX_S)


def moments(rng: Random, kills: int, acts: int) -> list[int]:
    """Spread at random over the acts that are expected, none of them in the last twentieth."""
    return sorted(rng.randint(1, max(1, acts * 19 // 20)) for _ in range(kills))
