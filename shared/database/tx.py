"""One transaction: the only door through which a service changes anything or emits an event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg

from shared.contracts import BODY_MAX_BYTES, Event, Meta, State
from shared.database import outbox
from shared.database.columns import columns
from shared.database.outbox import Connection
from shared.observe import spans

Made = TypeVar("Made")

# The last is the driver caught between two states, as when the server ends a connection that the pool hands out.
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, asyncpg.InternalClientError)


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
    """Why a transaction is happening: who asked (an opaque id, or a service's name), and the correlation that
    one request began."""

    actor: str
    correlation: UUID


class Tx:
    """One transaction: the only door through which a service changes anything or emits an event.

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

    async def one(self, kind: Callable[..., Made], sql: str, *args: object) -> Made | None:
        """What `kind` makes of the one row's columns; None: there is no row."""
        row = await self.row(sql, *args)
        return kind(**row) if row else None

    async def value(self, sql: str, *args: object) -> Any:
        with self._watched:
            return await self._conn.fetchval(sql, *args)

    async def emit(self, *events: Event) -> None:
        """Emit these, in this order, if and only if this transaction commits.

        A State is emitted under its own row's lock, so that the order of its revisions is the order in the log.
        """
        await self._send([self._row(event, event.model_dump_json().encode()) for event in events])

    async def forget(self, state: type[State], *keys: str) -> None:
        """Emit tombstones: the log may drop all that it holds of these keys."""
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
            traceparent=spans.traceparent(),
        )
        return meta.id, event.topic, key, meta.attributes(), body, getattr(event, "watermark", False)

    async def _send(self, rows: list[outbox.Row]) -> None:
        if not rows:
            return
        self.emitted = True
        await self.execute(outbox.ADD, *columns(rows))


class _Named:
    """Turns whatever the driver raises into DatabaseFailed. A class, for a generator at every statement is slow."""

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
