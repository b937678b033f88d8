"""Periodic work: every so often, by one process of the service at a time."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256

from shared.database.outbox import Connection
from shared.database.pool import Database
from shared.events.facts import tidy_inbox
from shared.manifest import Periodic
from shared.observe.ending import end_if_cancelled
from shared.observe.logs import log
from shared.settings import ServiceSettings

AGAIN_S = 5.0
ROUND_MAX_S = 60.0  # one round of one work; longer is a fault, and is cut off
TIDY_INBOX = Periodic(name="tidy inbox", every_s=600.0, work=tidy_inbox)


class _LocksLost(Exception):
    """The connection that holds the locks does not answer: another process may have them by now."""


class _Locks:
    """The locks of the works that run here. All are held by one connection, so that work waits for none of its own."""

    def __init__(self, conn: Connection) -> None:
        self._conn, self._turn = conn, asyncio.Lock()

    async def ask(self, question: str, work: Periodic) -> bool:
        """`question` is PostgreSQL's function that takes the work's lock, or gives it back."""
        key = int.from_bytes(sha256(f"periodic {work.name}".encode()).digest()[:8], signed=True)
        try:
            async with self._turn:
                return bool(await self._conn.fetchval(f"SELECT {question}($1)", key))
        except Exception as error:
            end_if_cancelled()
            raise _LocksLost from error


class Runner:
    """Runs each work on its own clock while it holds that work's lock; another process takes over when it lets go."""

    def __init__(self, database: Database, settings: ServiceSettings, works: Sequence[Periodic]) -> None:
        self._database, self._settings, self._works = database, settings, (*works, TIDY_INBOX)

    async def run(self) -> None:
        """Until cancelled. When the locks are lost, what runs is cut off, and all begins anew."""
        while True:
            try:
                # In a task of its own: a group whose task failed leaves the one that it runs in as if cancelled.
                await asyncio.create_task(self._with_locks())
            except Exception as error:
                end_if_cancelled()
                log.error("periodic work waits", exc_info=error)
            await asyncio.sleep(AGAIN_S)

    async def _with_locks(self) -> None:
        async with self._database.session(AGAIN_S) as conn, asyncio.TaskGroup() as tasks:
            locks = _Locks(conn)
            for work in self._works:
                tasks.create_task(self._for_ever(work, locks), name=work.name)

    async def _for_ever(self, work: Periodic, locks: _Locks) -> None:
        while True:
            try:
                if await locks.ask("pg_try_advisory_lock", work):
                    await self._once(work, locks)
            except _LocksLost:
                raise
            except Exception as error:  # transient or a fault: logged, and tried again at the next round
                end_if_cancelled()
                log.error("periodic work failed", work=work.name, exc_info=error)
            await asyncio.sleep(work.every_s)

    async def _once(self, work: Periodic, locks: _Locks) -> None:
        try:
            async with asyncio.timeout(ROUND_MAX_S):
                await work.work(self._database, self._settings)
        finally:
            await locks.ask("pg_advisory_unlock", work)
