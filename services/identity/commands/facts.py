"""What every event of identity says of who did it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.identity.domain import Held
from shared.db import Tx


def indexed(account_id: UUID, acting: Held | None) -> dict[str, Any]:
    """The fields of `Fact` that audit indexes: who, and what they act as (if they have chosen)."""
    if acting is None:
        return {"actor": account_id}
    return {"actor": account_id, "role": acting.role, "school": acting.school, "agreement": acting.agreement}


def acts(tx: Tx, account_id: UUID) -> None:
    """From here on this transaction is that person's: a secret of theirs has just been proved."""
    tx.cause = replace(tx.cause, actor=str(account_id))
