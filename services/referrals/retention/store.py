"""Every SQL statement of retention: one function, one statement."""

from datetime import datetime
from uuid import UUID

from services.referrals.retention.domain import Due, KeptReferrals
from shared.database.tx import Tx

DUE = """
SELECT r.referral_id, r.reference, about.child_id
  FROM handling h
  JOIN referral r USING (referral_id)
  JOIN referral_child about USING (referral_id)
 WHERE h.decided_at < $1 AND may_go(h.referral_id, $1)
"""
OLDEST = "ORDER BY h.decided_at, h.referral_id LIMIT $2"
ITS_FILES = "a.draft_id = r.idempotency_key AND a.account = r.made_by"


async def due(tx: Tx, since: datetime, most: int) -> list[Due]:
    """Referrals that were decided and are in the case system since before this moment, the oldest first."""
    return [Due(**row) for row in await tx.rows(f"{DUE} {OLDEST}", since, most)]


async def due_with_files(tx: Tx, since: datetime, most: int) -> list[Due]:
    """Those of them that have attachments."""
    having = f"AND EXISTS (SELECT FROM attachment a WHERE {ITS_FILES})"
    return [Due(**row) for row in await tx.rows(f"{DUE} {having} {OLDEST}", since, most)]


async def may_go(tx: Tx, referral_id: UUID, since: datetime) -> bool:
    """Whether it may still be deleted; nothing changes that while the caller has it locked."""
    return await tx.value("SELECT may_go($1, $2)", referral_id, since) is True


async def files(tx: Tx, referral_id: UUID) -> list[UUID]:
    """Of its attachments, those too that never came whole."""
    rows = await tx.rows(
        f"SELECT a.attachment_id FROM attachment a JOIN referral r ON {ITS_FILES} WHERE r.referral_id = $1",  # noqa: S608
        referral_id,
    )
    return [row["attachment_id"] for row in rows]


async def delete_attachments(tx: Tx, attachment_ids: list[UUID]) -> None:
    await tx.execute("DELETE FROM attachment WHERE attachment_id = ANY($1)", attachment_ids)


async def purge(tx: Tx, referral_id: UUID, since: datetime) -> bool:
    """Delete it with all that hangs on it. False: it may not go (any more)."""
    return await tx.value("SELECT purge_referral($1, $2)", referral_id, since) is True


async def kept_for_ever(tx: Tx) -> KeptReferrals:
    """Where no period is set."""
    return KeptReferrals(await tx.value("SELECT count(*) FROM handling WHERE decided_at IS NOT NULL"), 0, 0, 0)


async def kept(tx: Tx, since: datetime) -> KeptReferrals:
    """Of those that were decided before this moment."""
    row = await tx.row(
        """
        WITH over AS (SELECT EXISTS (SELECT FROM hold
                                      WHERE hold.referral_id = h.referral_id AND lifted_at IS NULL) AS held,
                             NOT EXISTS (SELECT FROM transfer t
                                          WHERE t.referral_id = h.referral_id AND t.acknowledged_at IS NOT NULL)
                             AS not_transferred,
                             may_go(h.referral_id, $1) AS due
                        FROM handling h WHERE decided_at < $1)
        SELECT 0 AS no_period, count(*) FILTER (WHERE held) AS held,
               count(*) FILTER (WHERE not_transferred AND NOT held) AS not_transferred,
               count(*) FILTER (WHERE due) AS due
          FROM over
        """,
        since,
    )  # fmt: skip
    assert row is not None
    return KeptReferrals(**row)
