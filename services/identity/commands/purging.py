"""What is thrown away, or told, when its time is over; the periodic work of the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

from services.identity import domain, store, store_guesses
from services.identity.commands import refused, sessions
from services.identity.settings import Settings
from shared.database.pool import Database
from shared.database.tx import Cause, Tx

BATCHES_MAX = 50
"""Most batches of one run: what is left waits for the next."""


async def purge(tx: Tx) -> None:
    """Challenges that are over, guesses that no limit counts any more, origins and devices not seen for long."""
    await store.forget_challenges(tx, tx.now - domain.CHALLENGE_LIFE)
    await store_guesses.forget_guesses(tx, tx.now - domain.DAY)
    await store_guesses.forget_origins(tx, tx.now - domain.KNOWN_FOR)
    await store_guesses.forget_devices(tx, tx.now - domain.KNOWN_FOR)


async def tell_gathered(database: Database, _: Settings) -> None:
    await _in_batches(database, refused.emit_gathered, "gathered")


async def end_overdue_sessions(database: Database, settings: Settings) -> None:
    await _in_batches(database, lambda tx: sessions.end_overdue(tx, settings))


async def forget_old(database: Database, _: Settings) -> None:
    await _in_batches(database, sessions.forget_long_ended)
    async with database.transaction(Cause(database.service, uuid4()), "purge") as tx:
        await purge(tx)


async def _in_batches(database: Database, work: Callable[[Tx], Awaitable[int]], doing: str = "sessions") -> None:
    """A transaction for each batch, until one is empty."""
    for _ in range(BATCHES_MAX):
        async with database.transaction(Cause(database.service, uuid4()), doing) as tx:
            if not await work(tx):
                return
