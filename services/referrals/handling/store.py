"""Every SQL statement of how a referral stands and of its history: one function, one statement."""

from __future__ import annotations

from dataclasses import astuple
from uuid import UUID

from services.referrals.handling.domain import Handling, Step
from shared.database.tx import Tx


async def locked(tx: Tx, referral_id: UUID) -> Handling | None:
    """How it stands; nobody else changes that until this transaction has ended."""
    row = await tx.row("SELECT * FROM handling WHERE referral_id = $1 FOR UPDATE", referral_id)
    return Handling(**row) if row else None


async def put(tx: Tx, handling: Handling) -> None:
    await tx.execute(
        """
        UPDATE handling
           SET version = $2, team_id = $3, taken_by = $4, taken_at = $5, acknowledged_by = $6, acknowledged_at = $7,
               asked_at = $8, overdue_at = $9, decided_by = $10, decided_at = $11, decision = $12
         WHERE referral_id = $1
        """,
        *astuple(handling),
    )  # fmt: skip


async def add_step(tx: Tx, handling: Handling, step: Step) -> None:
    """Its place in the history is the version that it made."""
    await tx.execute(
        """
        INSERT INTO step (referral_id, place, at, act, by, to_account, to_team, decision, for_school, for_council)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        handling.referral_id, handling.version, tx.now, *astuple(step),
    )  # fmt: skip
