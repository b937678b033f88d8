"""Periodic work: every so often, by one process of the service at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha256

from shared.database.pool import Database
from shared.events.facts import tidy_inbox
from shared.manifest import Periodic
from shared.observe.ending import end_if_cancelled
from shared.observe.logs import log
from shared.settings import ServiceSettings

AGAIN_S = 5.0
ROUND_MAX_S = 60.0  # one round of one work; longer is a fault, and is cut off
TIDY_INBOX = Periodic(name="tidy inbox", every_s=600.0, work=tidy_inbox)


class Runner:
    """Runs each work on its own clock while it holds that work's lock; another process takes over when it lets go."""

    def __init__(self, database: Database, settings: ServiceSettings, works: Sequence[Periodic]) -> None:
        self._database, self._settings, self._works = database, settings, (*works, TIDY_INBOX)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for work in self._works:
                tasks.create_task(self._for_ever(work), name=work.name)

    async def _for_ever(self, work: Periodic) -> None:
        while True:
            try:
                await self._once(work)
            except Exception as error:  # transient or a fault: logged, and tried again at the next round
                end_if_cancelled()
                log.error("periodic work failed", work=work.name, exc_info=error)
            await asyncio.sleep(work.every_s)

    async def _once(self, work: Periodic) -> None:
        async with self._database.session(AGAIN_S) as conn:
            key = int.from_bytes(sha256(f"periodic {work.name}".encode()).digest()[:8], signed=True)
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", key):
                return
            async with asyncio.timeout(ROUND_MAX_S):
                await work.work(self._database, self._settings)
