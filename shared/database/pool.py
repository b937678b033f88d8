"""A service's own database: a pool of connections, and transactions that a refusal commits and an error rolls back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import uuid4

import asyncpg

from shared.database.outbox import Connection
from shared.database.refusal import Refusal
from shared.database.tx import FAILURES, Cause, DatabaseFailed, Tx, failures_named
from shared.observe import work

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ACQUIRE_S = 5.0  # waiting for a free connection; longer than this and the caller is told that there is no answer
COMMAND_S = 30.0  # asyncpg's own bound on one statement, above the server's
STATEMENT_MS = 10_000
LOCK_MS = 5_000
IDLE_IN_TRANSACTION_MS = 60_000
# A host that vanished must not keep the relay's lock for the two hours that TCP grants it by itself.
KEEPALIVES = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}


class Database:
    """A service's own database."""

    def __init__(self, pool: Pool, service: str) -> None:
        self.pool = pool
        self.service = service
        self.outbox_filled = asyncio.Event()
        """Something was committed into the outbox by this process: its relay, if it has it, need not wait to look."""

    @asynccontextmanager
    async def transaction(self, cause: Cause, doing: str = "work") -> AsyncIterator[Tx]:
        """One transaction. A Refusal commits; every other exception rolls back. `doing` names its span and log line."""
        with work.transaction(self.service, doing, cause.actor, cause.correlation):
            with failures_named:
                conn = await self.pool.acquire(timeout=ACQUIRE_S)
            tx = Tx(conn, self.service, cause, datetime.now(UTC))
            try:
                async with _committed(conn, tx):
                    yield tx
            finally:
                if tx.emitted:
                    self.outbox_filled.set()
                with suppress(*FAILURES):  # the answer stands: it was decided at the commit
                    await self.pool.release(conn)

    def by_itself(self, doing: str) -> AbstractAsyncContextManager[Tx]:
        """What a service does of its own accord, under a correlation of its own."""
        return self.transaction(Cause(self.service, uuid4()), doing)

    @asynccontextmanager
    async def session(self, within_s: float = ACQUIRE_S) -> AsyncIterator[Connection]:
        """A connection for a lock that outlives transactions; when it is given back, it holds no lock any more."""
        async with self.pool.acquire(timeout=within_s) as conn:
            try:
                yield conn
            finally:
                await _as_new(conn)

    async def close(self) -> None:
        await self.pool.close()


@asynccontextmanager
async def _committed(conn: Connection, tx: Tx) -> AsyncIterator[None]:
    transaction = conn.transaction()
    with failures_named:
        await transaction.start()
    try:
        yield
    except Refusal:
        await _commit(transaction, tx)
        raise
    except BaseException:
        with suppress(*FAILURES):  # a lost connection rolls back by itself; the first error is the one to tell
            await transaction.rollback()
        raise
    await _commit(transaction, tx)


async def _commit(transaction: asyncpg.transaction.Transaction, tx: Tx) -> None:
    if tx.failed:
        with suppress(*FAILURES):
            await transaction.rollback()
        raise DatabaseFailed("CommitOfFailedTransaction")
    with failures_named:
        await transaction.commit()
    # A crash here: kept, though nobody was told. The caller asks again; an extra fact is the honest record of that.


async def _as_new(conn: Connection) -> None:
    try:
        await conn.reset(timeout=ACQUIRE_S)
    except BaseException as error:
        conn.terminate()  # PostgreSQL lets go of what a session held when it ends
        if not isinstance(error, FAILURES):
            raise


async def _left_as_it_is(conn: Connection) -> None:
    """The pool's reset, which does nothing: a transaction leaves nothing behind in its session."""


async def connect(dsn: str, service: str, *, pool_max: int = 8) -> Database:
    """A pool that opens its connections when they are needed: a service starts while its database is away."""
    pool = await asyncpg.create_pool(
        dsn, min_size=0, max_size=pool_max, command_timeout=COMMAND_S, timeout=ACQUIRE_S, init=_prepare,
        reset=_left_as_it_is,
        server_settings={
            "application_name": service,
            "statement_timeout": str(STATEMENT_MS),
            "lock_timeout": str(LOCK_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
            **KEEPALIVES,
        },
    )  # fmt: skip
    return Database(pool, service)


async def _prepare(conn: Connection) -> None:
    await conn.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
