"""Reading how children stand, for whoever answers of several at once."""

from collections.abc import Sequence
from uuid import UUID

from services.lookup.standing import store
from services.lookup.standing.domain import Standings
from shared.clock import today
from shared.database.tx import Tx


async def of_these(tx: Tx, school: str | None, children: Sequence[UUID]) -> Standings:
    """Of these children those that are on the school's roll today."""
    return await store.of_these(tx, school, today(tx.now), children)


async def with_workers(tx: Tx, school: str | None) -> Standings:
    """Those on the school's roll today to whom somebody is allocated."""
    return await store.with_workers(tx, school, today(tx.now))
