"""What every event of identity says of who did it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.identity import store
from services.identity.domain import Acting, Held
from shared.database.tx import Tx


def indexed(account_id: UUID, acting: Held | None) -> dict[str, Any]:
    """The fields of `Fact` that audit indexes: who, and what they act as (if they have chosen)."""
    if acting is None:
        return {"actor": account_id}
    return {"actor": account_id, "role": acting.role, "school": acting.school, "agreement": acting.agreement}


async def indexed_acting(tx: Tx, account_id: UUID, acting: Acting | None) -> dict[str, Any]:
    """The same of what a session acts as, held still or not, with the agreement that is in force there now."""
    if acting is None:
        return {"actor": account_id}
    school = await store.school(tx, acting.school) if acting.school else None
    agreement = school.agreement if school else None
    return {"actor": account_id, "role": acting.role, "school": acting.school, "agreement": agreement}


def acts(tx: Tx, account_id: UUID) -> None:
    """From here on this transaction is that person's: a secret of theirs has just been proved."""
    tx.cause = replace(tx.cause, actor=str(account_id))
