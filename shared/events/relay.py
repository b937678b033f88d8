"""From outbox to log: at least once, in order for each key, across crashes.

One relay per database at a time, by a lock of the session through which it also reads and deletes: whoever has lost
the lock can do no more than what it is sending at that moment, and stops its producer at once. Rows are read by what
waits, lowest `seq` first, never by `seq > last`: a transaction that took a low number and committed late is found. No
transaction is open while Kafka is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from shared.database import outbox
from shared.database.outbox import Connection, Waiting
from shared.database.pool import Database
from shared.database.tx import FAILURES
from shared.log.record import Bus, Record
from shared.observe.ending import end_if_cancelled
from shared.observe.logs import log
from shared.observe.metrics import metrics

ROWS_MAX = 1000  # read and sent at a time
GATHER_S = 0.003  # more comes in the same moment, and is sent together
LOOK_AGAIN_S = 0.05
AGAIN_S = 1.0  # after a failure, and between tries for the lock
TAKEOVER_S = 2.0  # one that lost its lock without knowing has stopped its producer by then


class LockLost(Exception):
    """The connection that held the relay's lock is gone; another may have it now."""


class Relay:
    """Sends what waits in the outbox of one database. `open_bus` gives it a bus, and so a producer, of its own."""

    def __init__(self, db: Database, open_bus: Callable[[], Bus]) -> None:
        self._db, self._open_bus = db, open_bus
        self._must_wait = False
        self._oldest_at: datetime | None = None
        self._waits_for: str | None = None
        metrics.outbox_age.labels(db.service).set_function(self.age_s)

    def age_s(self) -> float:
        """Age of the oldest row that waits; 0 if none does."""
        return (datetime.now(UTC) - self._oldest_at).total_seconds() if self._oldest_at else 0.0

    async def unready(self) -> str | None:
        """Why nothing is sent, in words, if the last try has failed."""
        return f"{self._db.service}'s relay waits and tries again: {self._waits_for}." if self._waits_for else None

    async def run(self) -> None:
        """Until cancelled. It never gives up: PostgreSQL and Kafka come back."""
        while True:
            try:
                await self._turn()
            except Exception as error:
                end_if_cancelled()
                self._waits_for = type(error).__name__
                log.warning("relay waits", exc_info=error)
            await asyncio.sleep(AGAIN_S)

    async def _turn(self) -> None:
        """Relay for as long as all goes well, if no other process does."""
        async with self._db.session() as conn:
            if not await outbox.lock(conn):
                self._must_wait = True
                self._oldest_at = await outbox.oldest(conn)
                self._waits_for = None  # whoever has the lock says how it fares
                return
            if self._must_wait:
                await asyncio.sleep(TAKEOVER_S)
                self._must_wait = False
            async with self._lost(conn) as lost:
                bus = self._open_bus()
                try:
                    await self._relay(conn, bus, lost)
                finally:
                    await bus.stop()  # before the lock is let go

    @asynccontextmanager
    async def _lost(self, conn: Connection) -> AsyncIterator[asyncio.Event]:
        """An event that is set when the connection that holds the lock ends."""
        lost = asyncio.Event()

        def tell(_: object) -> None:
            self._must_wait = True
            lost.set()

        conn.add_termination_listener(tell)
        try:
            yield lost
        finally:
            with suppress(*FAILURES):
                conn.remove_termination_listener(tell)

    async def _relay(self, conn: Connection, bus: Bus, lost: asyncio.Event) -> None:
        await outbox.deletions_may_be_lost(conn)
        while True:
            self._db.outbox_filled.clear()
            rows = await outbox.waiting(conn, ROWS_MAX)
            self._oldest_at = rows[0]["at"] if rows else None
            for chunk in chunks(rows):
                await _sent(bus, [record(row) for row in chunk], lost)
                # A crash here sends them again, in the same order; every inbox drops what it has noted.
                await outbox.delete(conn, chunk)
                metrics.relayed.labels(self._db.service).inc(len(chunk))
            self._waits_for = None
            if len(rows) < ROWS_MAX:
                await asyncio.sleep(GATHER_S)
                await self._more(within_s=LOOK_AGAIN_S)

    async def _more(self, within_s: float) -> None:
        """Return when there may be more: at once if it came from this process, else when it is time to look again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._db.outbox_filled.wait()


def chunks(rows: Sequence[Waiting]) -> list[list[Waiting]]:
    """What may be sent together: a watermark goes alone, when all before it is durable."""
    found: list[list[Waiting]] = [[]]
    for row in rows:
        if row["barrier"]:
            found += [[row], []]
        else:
            found[-1].append(row)
    return [chunk for chunk in found if chunk]


def record(row: Waiting) -> Record:
    headers = tuple((name, value.encode()) for name, value in row["headers"].items())
    return Record(row["topic"], row["key"].encode(), row["body"], headers)


async def _sent(bus: Bus, records: Sequence[Record], lost: asyncio.Event) -> None:
    """Return when the log has acknowledged all; give up at once if the lock is lost meanwhile."""
    sending, losing = asyncio.ensure_future(bus.append(records)), asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait({sending, losing}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            raise LockLost
        await sending
    finally:
        sending.cancel()
        losing.cancel()
        await asyncio.gather(sending, losing, return_exceptions=True)
