"""Every SQL statement of legal holds: one function, one statement."""

from uuid import UUID

from services.referrals.holds.domain import Hold, Holdable
from shared.database.tx import Tx


async def holdable(tx: Tx, reference: str) -> Holdable | None:
    return await tx.one(
        Holdable,
        """
        SELECT r.referral_id, r.reference, about.child_id, hold.hold_id
          FROM referral r
          JOIN referral_child about USING (referral_id)
          LEFT JOIN hold ON hold.referral_id = r.referral_id AND lifted_at IS NULL
         WHERE r.reference = $1
        """,
        reference,
    )  # fmt: skip


async def holds(tx: Tx, most: int) -> list[Hold]:
    """Those that stand, the newest first."""
    rows = await tx.rows(
        """
        SELECT r.referral_id, r.reference, about.child_id, hold.at, person.name AS by_name, hold.why,
               coalesce(r.school_name, school.name) AS school_name, h.decided_at
          FROM hold
          JOIN referral r USING (referral_id)
          JOIN handling h USING (referral_id)
          JOIN referral_child about USING (referral_id)
          LEFT JOIN person ON person.account_id = hold.by
          LEFT JOIN school ON school.urn = r.school
         WHERE lifted_at IS NULL
         ORDER BY hold.at DESC, hold.hold_id
         LIMIT $1
        """,
        most,
    )  # fmt: skip
    return [Hold(**row) for row in rows]


async def add(tx: Tx, hold_id: UUID, referral_id: UUID, by: UUID, why: str) -> None:
    await tx.execute(
        "INSERT INTO hold (hold_id, referral_id, by, at, why) VALUES ($1, $2, $3, $4, $5)",
        hold_id, referral_id, by, tx.now, why,
    )  # fmt: skip


async def lift(tx: Tx, hold_id: UUID, by: UUID) -> None:
    await tx.execute("UPDATE hold SET lifted_by = $2, lifted_at = $3 WHERE hold_id = $1", hold_id, by, tx.now)
