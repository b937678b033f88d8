"""Every SQL statement of drafts: one function, one statement."""

from dataclasses import astuple
from typing import NamedTuple
from uuid import UUID

from services.referrals.drafts.domain import DraftRow
from shared.database.tx import Tx


class Gone(NamedTuple):
    """A draft that was deleted: whose it was, and about whom."""

    draft_id: UUID
    account: UUID
    school: str
    child_id: UUID | None


async def add(tx: Tx, row: DraftRow) -> bool:
    """False: there is a draft of this id."""
    added = await tx.value(
        """
        INSERT INTO draft (draft_id, account, school, child_id, started_at, saved_at, expires_at, sent_at, version,
                           sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING
        RETURNING draft_id
        """,
        *astuple(row),
    )  # fmt: skip
    return added is not None


async def locked(tx: Tx, draft_id: UUID, account: UUID, school: str | None) -> DraftRow | None:
    """One of this account at this school, that has not expired; nobody else changes it until this transaction ends."""
    return await tx.one(
        DraftRow,
        """
        SELECT * FROM draft
         WHERE draft_id = $1 AND account = $2 AND school = $3 AND (expires_at > $4 OR sent_at IS NOT NULL)
           FOR UPDATE
        """,
        draft_id, account, school, tx.now,
    )  # fmt: skip


async def unsent(tx: Tx, account: UUID, school: str | None, most: int) -> list[DraftRow]:
    """Those of this account at this school, the last saved first."""
    rows = await tx.rows(
        """
        SELECT * FROM draft
         WHERE account = $1 AND school = $2 AND sent_at IS NULL AND expires_at > $3
         ORDER BY saved_at DESC, draft_id
         LIMIT $4
        """,
        account, school, tx.now, most,
    )  # fmt: skip
    return [DraftRow(**row) for row in rows]


async def save(tx: Tx, row: DraftRow) -> None:
    await tx.execute(
        "UPDATE draft SET sealed = $2, saved_at = $3, expires_at = $4, version = $5 WHERE draft_id = $1",
        row.draft_id, row.sealed, row.saved_at, row.expires_at, row.version,
    )  # fmt: skip


async def close(tx: Tx, draft_id: UUID) -> None:
    """It is sent: its words are in the referral, and here no more."""
    await tx.execute("UPDATE draft SET sealed = NULL, sent_at = $2 WHERE draft_id = $1", draft_id, tx.now)


async def delete(tx: Tx, draft_id: UUID) -> None:
    await tx.execute("DELETE FROM draft WHERE draft_id = $1", draft_id)


async def delete_expired(tx: Tx, most: int) -> list[Gone]:
    """Delete up to so many whose time is over; one that is being sent at this moment is left to that."""
    rows = await tx.rows(
        """
        DELETE FROM draft
         WHERE draft_id IN (SELECT draft_id FROM draft
                             WHERE sent_at IS NULL AND expires_at <= $1
                             LIMIT $2
                               FOR UPDATE SKIP LOCKED)
        RETURNING draft_id, account, school, child_id
        """,
        tx.now, most,
    )  # fmt: skip
    return [Gone(**row) for row in rows]
