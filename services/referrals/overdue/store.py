"""Every SQL statement of what is overdue: one function, one statement."""

from services.referrals.overdue.domain import Late
from shared.database.tx import Tx

LATE = """
SELECT h.referral_id, r.reference, r.school, about.child_id, r.due_at
  FROM handling h
  JOIN referral r USING (referral_id)
  JOIN referral_child about USING (referral_id)
 WHERE h.acknowledged_at IS NULL AND h.decided_at IS NULL AND h.overdue_at IS NULL AND h.due_at <= $1
 ORDER BY h.due_at
 LIMIT $2
"""
"""$1: now; $2: how many."""
COUNT = "SELECT count(*) FROM handling WHERE acknowledged_at IS NULL AND decided_at IS NULL AND due_at <= $1"


async def late(tx: Tx, most: int) -> list[Late]:
    """Those whose time is over and that nobody was told of yet, the longest overdue first."""
    return [Late(**row) for row in await tx.rows(LATE, tx.now, most)]


async def count(tx: Tx) -> int:
    """How many are overdue now, whether that was noticed or not."""
    return int(await tx.value(COUNT, tx.now))
