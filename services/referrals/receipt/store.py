"""Every SQL statement of the copy of a referral: one function, one statement."""

from uuid import UUID

from shared.database.tx import Tx


async def files(tx: Tx, referral_id: UUID) -> list[tuple[UUID, bytes, str, int, str]]:
    """Of each file that was sent with it: id, sealed name, type, bytes, scan. They hang on the draft it was made of."""
    rows = await tx.rows(
        """
        SELECT a.attachment_id, a.name, a.type, a.size_bytes, a.scan
          FROM referral r
          JOIN attachment a ON a.draft_id = r.idempotency_key AND a.account = r.made_by AND a.school = r.school
         WHERE r.referral_id = $1 AND a.added_at IS NOT NULL
         ORDER BY a.added_at, a.attachment_id
        """,
        referral_id,
    )
    return [tuple(row) for row in rows]
