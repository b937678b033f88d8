"""PostgreSQL: one pool per process, one transaction per thing that is done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg

from shared import telemetry
from shared.contracts import BODY_MAX_BYTES, Event, Meta, State

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

ACQUIRE_S = 5.0  # waiting for a free connection; longer than this and the caller is told that there is no answer
COMMAND_S = 30.0  # asyncpg's own bound on one statement, above the server's
STATEMENT_MS = 10_000
LOCK_MS = 5_000
IDLE_IN_TRANSACTION_MS = 60_000
# A host that vanished must not keep the relay's lock for the two hours that TCP grants it by itself.
KEEPALIVES = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
MIGRATION_LOCK = 0x706F7274616C  # one migration of a database at a time
MIGRATION_STATEMENT_MS = 600_000

# The last is the driver caught between two states, as when the server ends a connection that is being taken up again.
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, asyncpg.InternalClientError)


class Refusal(Exception):
    """No, as an answer. The transaction commits what was emitted, and the refusal is raised on.

    The docstring of each subclass is the sentence that the caller is shown.
    """


class DatabaseFailed(Exception):
    """The database did not do it: connecting, waiting for a connection, a statement or the COMMIT failed.

    It never quotes PostgreSQL's text, which may quote a child. `sqlstate` is PostgreSQL's five characters, if it gave
    any (https://www.postgresql.org/docs/18/errcodes-appendix.html).
    """

    def __init__(self, kind: str, sqlstate: str | None = None) -> None:
        super().__init__(f"{kind} {sqlstate or ''}".strip())
        self.sqlstate = sqlstate


class TooLarge(ValueError):
    """An event's body is over BODY_MAX_BYTES."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a transaction is happening: who asked (an opaque id, or a service's name), and the thread of work."""

    actor: str
    correlation: UUID


class Tx:
    """One transaction: the only door through which a service changes or says anything.

    There is no publish(). An event leaves by emit(), into the outbox, beside the change that it announces: both are
    kept, or neither is.
    """

    def __init__(self, conn: Connection, service: str, cause: Cause, now: datetime) -> None:
        self._conn = conn
        self.service = service
        self.cause = cause
        self.now = now
        self.failed = False
        self.emitted = False
        self._watched = _Watched(self)

    async def execute(self, sql: str, *args: object) -> str:
        with self._watched:
            return await self._conn.execute(sql, *args)

    async def row(self, sql: str, *args: object) -> asyncpg.Record | None:
        with self._watched:
            return await self._conn.fetchrow(sql, *args)

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        with self._watched:
            return await self._conn.fetch(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        with self._watched:
            return await self._conn.fetchval(sql, *args)

    async def emit(self, *events: Event) -> None:
        """Say these, in this order, if and only if this transaction commits.

        A State is emitted under its own row's lock, so that the order of its revisions is the order in the log.
        """
        await self._send([self._row(event, event.model_dump_json().encode()) for event in events])

    async def forget(self, state: type[State], *keys: str) -> None:
        """Say tombstones: the log may drop all that it holds of these keys."""
        await self._send([self._addressed(state, key, None) for key in keys])

    def _row(self, event: Event, body: bytes) -> tuple[object, ...]:
        if len(body) > BODY_MAX_BYTES:
            raise TooLarge(event.type)
        return self._addressed(type(event), event.key, body)

    def _addressed(self, event: type[Event], key: str, body: bytes | None) -> tuple[object, ...]:
        meta = Meta(
            id=uuid4(),
            type=event.type,
            source=self.service,
            time=self.now,
            correlation=self.cause.correlation,
            actor=self.cause.actor,
            traceparent=telemetry.traceparent(),
        )
        return meta.id, event.topic, key, meta.attributes(), body, getattr(event, "barrier", False)

    async def _send(self, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        self.emitted = True
        await self.execute(
            """
            INSERT INTO outbox (id, topic, key, headers, body, barrier)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bytea[], $6::boolean[])
            """,
            *(list(column) for column in zip(*rows, strict=True)),
        )


class _Named:
    """Turns whatever the driver raises into DatabaseFailed. Entered at every statement, so it is no generator."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, FAILURES):
            raise DatabaseFailed(type(error).__name__, getattr(error, "sqlstate", None)) from error


failures_named = _Named()


class _Watched(_Named):
    """A statement that failed spoils the transaction: PostgreSQL would answer its COMMIT with a silent rollback."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._tx.failed = True
        super().__exit__(kind, error, trace)


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
        with telemetry.transaction(self.service, doing, cause.actor, cause.correlation):
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

    @asynccontextmanager
    async def session(self, within_s: float = ACQUIRE_S) -> AsyncIterator[Connection]:
        """A connection for a lock that outlives transactions; given back, it holds nothing any more."""
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
    """A transaction leaves nothing behind in its session, so that between two there is nothing to reset."""


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


class MigrationChanged(Exception):
    """A migration that this database has already had was edited afterwards."""


async def migrate(owner_dsn: str, *folders: Path) -> list[str]:
    """Apply, once each and in name order, the .sql files that the database has not seen; return their names.

    Files are plain SQL, forward only, each in a transaction of its own. Raises MigrationChanged if one that was
    applied has another checksum now.
    """
    conn = await asyncpg.connect(owner_dsn, timeout=ACQUIRE_S)
    try:
        await conn.execute(f"SET statement_timeout = {MIGRATION_STATEMENT_MS}; SET lock_timeout = {LOCK_MS}")
        await conn.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await conn.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL)")
        seen = {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM migration")}
        paths = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
        return [name for path in paths if (name := await _applied(conn, path, seen))]
    finally:
        await conn.close()


async def _applied(conn: asyncpg.Connection[asyncpg.Record], path: Path, seen: dict[str, str]) -> str | None:
    name, checksum = f"{path.parents[1].name}/{path.name}", sha256(path.read_bytes()).hexdigest()
    if name in seen:
        if seen[name] != checksum:
            raise MigrationChanged(name)
        return None
    async with conn.transaction():
        await conn.execute(path.read_text())
        await conn.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", name, checksum)
    return name
