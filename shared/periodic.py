"""Work done every so often, by one runner per service at a time; tidying outbox, inbox and notes is the first of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from uuid import uuid4

from shared import telemetry
from shared.bus import end_if_cancelled
from shared.db import Cause, Database
from shared.service import Periodic

AGAIN_S = 5.0
ROUND_MAX_S = 60.0  # one round of one work; longer is a fault, and is cut off
TIDY_EVERY_S = 600.0
NOTE_LIFE_DAYS = 45  # facts stay on their topics for 35 days: an older note can never be asked for again
NOTES_MAX = 50_000  # deleted in one round


class Runner:
    """Runs each work on its own clock while it holds that work's lock; another process takes over when it lets go."""

    def __init__(self, database: Database, works: Sequence[Periodic]) -> None:
        self._database = database
        self._works = (*works, Periodic(name="tidy inbox", every_s=TIDY_EVERY_S, work=tidy_inbox))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for work in self._works:
                tasks.create_task(self._for_ever(work), name=work.name)

    async def _for_ever(self, work: Periodic) -> None:
        while True:
            try:
                await self._once(work)
            except Exception as error:  # weather or a fault: said, and tried again at the next round
                end_if_cancelled()
                telemetry.log.error("periodic work failed", work=work.name, exc_info=error)
            await asyncio.sleep(work.every_s)

    async def _once(self, work: Periodic) -> None:
        async with self._database.session(AGAIN_S) as conn:
            key = int.from_bytes(sha256(f"periodic {work.name}".encode()).digest()[:8], signed=True)
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", key):
                return
            async with asyncio.timeout(ROUND_MAX_S):
                await work.work(self._database)


async def tidy_inbox(database: Database) -> None:
    """Forget notes of events that the log no longer holds."""
    async with database.transaction(Cause(database.service, uuid4()), "tidy_inbox") as tx:
        await tx.execute(
            """
            DELETE FROM inbox
             WHERE ctid = ANY(ARRAY(SELECT ctid FROM inbox
                                     WHERE at < now() - make_interval(days => $1) LIMIT $2))
            """,
            NOTE_LIFE_DAYS, NOTES_MAX,
        )  # fmt: skip
