"""Periodic work that may have much to do: a transaction for each batch, so that no lock is held for long."""

from collections.abc import Awaitable, Callable

from shared.database.pool import Database
from shared.database.tx import Tx

BATCHES_MAX = 50
"""Most batches of one run: what is left waits for the next run."""


async def in_batches(database: Database, batch: Callable[[Tx], Awaitable[int]], doing: str) -> None:
    """Run `batch` until one finds nothing to do. It returns how many rows it took; `doing` names its spans."""
    for _ in range(BATCHES_MAX):
        async with database.by_itself(doing) as tx:
            if not await batch(tx):
                return
