"""Searches without a pause while children change: whether one fails, or shows what an earlier one had outdated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.deploy.rebuild.world import Council, Known
from tests.support.until import until


@dataclass
class Load:
    """What searches and changes came to. `newest`: by UPN, how often a child had changed when it was last shown."""

    council: Council
    rng: Random
    asked: int = 0
    changed: int = 0
    failed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)

    async def search(self) -> None:
        while True:
            await self._one(self.rng.choice(self.council.children))

    async def _one(self, child: Known) -> None:
        least = self.newest.get(child.upn, 0)
        try:
            shown = await self.council.shown(child)
        except AssertionError as error:
            self.failed.append(str(error)[:200])
            return
        finally:
            self.asked += 1
        if shown < least:
            self.stale.append(f"{shown} was shown where {least} had been")
        self.newest[child.upn] = max(shown, self.newest.get(child.upn, 0))

    async def change(self) -> None:
        """One child after the other; the next when searches show the change: one that is lost is never shown."""
        while True:
            await self._change_one(self.rng.choice(self.council.children))

    async def _change_one(self, child: Known) -> None:
        await self.council.change(child)
        if self.changed % 5 == 0:
            await self.council.beat()
        self.changed += 1
        await until(lambda: self._shows(child), within_s=30)

    async def _shows(self, child: Known) -> bool:
        await self._one(child)
        return self.newest.get(child.upn, 0) >= child.changes


@asynccontextmanager
async def load(council: Council, *, searchers: int, seed: int = 1) -> AsyncIterator[Load]:
    """Raises what stopped the changes, as a change that never is shown does."""
    made = Load(council, Random(seed))
    tasks = [asyncio.create_task(made.search()) for _ in range(searchers)] + [asyncio.create_task(made.change())]
    try:
        yield made
    finally:
        ended = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in ended:
            task.result()
