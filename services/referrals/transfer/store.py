"""Every SQL statement of how far each referral is on its way: one function, one statement."""

from datetime import datetime
from uuid import UUID

from services.referrals.transfer.domain import Transfer
from shared.contracts.referrals.lists import Trouble
from shared.database.tx import Tx

OF_T = """
SELECT t.referral_id, t.state, t.since, t.attempts, t.next_at, t.sent_at, t.trouble, t.late_at, t.acknowledged_at,
       t.source_number, r.reference, r.school, coalesce(r.school_name, school.name) AS school_name,
       referral_child.child_id
  FROM t
  JOIN referral r USING (referral_id)
  JOIN referral_child USING (referral_id)
  LEFT JOIN school ON school.urn = r.school
"""
"""After a statement that names some rows of `transfer` as t."""
CLAIMED = """
WITH due AS (SELECT referral_id FROM transfer
              WHERE state <> 'acknowledged' AND next_at <= $1
              ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED),
     t AS (UPDATE transfer SET attempts = attempts + 1, next_at = $3
             FROM due WHERE transfer.referral_id = due.referral_id RETURNING transfer.*)
"""
LATE = """
WITH late AS (SELECT referral_id FROM transfer
               WHERE state <> 'acknowledged' AND since < $1 AND late_at IS NULL
               ORDER BY since LIMIT $2 FOR UPDATE SKIP LOCKED),
     t AS (UPDATE transfer SET late_at = $3
             FROM late WHERE transfer.referral_id = late.referral_id RETURNING transfer.*)
"""
OPEN = "WITH t AS (SELECT * FROM transfer WHERE state <> 'acknowledged' ORDER BY since, referral_id LIMIT $1)"
ALL = "WITH t AS (SELECT * FROM transfer)"


async def claim(tx: Tx, most: int, until: datetime) -> list[Transfer]:
    """The next that are due; nobody else claims them before `until`. Each attempt is counted before it is made."""
    return [Transfer(**row) for row in await tx.rows(f"{CLAIMED} {OF_T}", tx.now, most, until)]


async def acknowledge(tx: Tx, referral_id: UUID, number: str) -> bool:
    """False: it was acknowledged before; the first number stays."""
    found = await tx.value(
        """
        UPDATE transfer SET state = 'acknowledged', acknowledged_at = $2, source_number = $3, trouble = NULL,
               sent_at = coalesce(sent_at, $2)
         WHERE referral_id = $1 AND state <> 'acknowledged'
        RETURNING true
        """,
        referral_id, tx.now, number,
    )  # fmt: skip
    return bool(found)


async def go_on(tx: Tx, referral_id: UUID, state: str, next_at: datetime, trouble: Trouble | None) -> None:
    """It is tried again then. `sent_at` is when the source first had it."""
    await tx.execute(
        """
        UPDATE transfer SET state = $2, next_at = $3, trouble = $4,
               sent_at = CASE WHEN $2 = 'sent' THEN coalesce(sent_at, $5) END
         WHERE referral_id = $1 AND state <> 'acknowledged'
        """,
        referral_id, state, next_at, trouble, tx.now,
    )  # fmt: skip


async def become_late(tx: Tx, since: datetime, most: int) -> list[Transfer]:
    """Those that have waited since before then and were not noticed yet: noticed now."""
    return [Transfer(**row) for row in await tx.rows(f"{LATE} {OF_T}", since, most, tx.now)]


async def open_ones(tx: Tx) -> tuple[int, int, datetime | None]:
    """How many are not acknowledged, how many of them were noticed as late, and since when the oldest waits."""
    row = await tx.row(
        """
        SELECT count(*) AS waiting, count(late_at) AS late, min(since) AS since
          FROM transfer WHERE state <> 'acknowledged'
        """
    )
    return (row["waiting"], row["late"], row["since"]) if row else (0, 0, None)


async def listed(tx: Tx, most: int) -> list[Transfer]:
    """What the source has not acknowledged, the oldest first."""
    rows = await tx.rows(f"{OPEN} {OF_T} ORDER BY t.since, t.referral_id", most)
    return [Transfer(**row) for row in rows]


async def by_reference(tx: Tx, reference: str, school: str | None = None) -> Transfer | None:
    """Of a school's own, where one is named."""
    whose = "WHERE r.reference = $1 AND ($2::text IS NULL OR r.school = $2)"
    return await tx.one(Transfer, f"{ALL} {OF_T} {whose}", reference, school)


async def again(tx: Tx, referral_id: UUID) -> None:
    """It is handed over anew, at once."""
    await tx.execute(
        """
        UPDATE transfer SET state = 'waiting', attempts = 0, next_at = $2, trouble = NULL, sent_at = NULL
         WHERE referral_id = $1 AND state <> 'acknowledged'
        """,
        referral_id, tx.now,
    )  # fmt: skip


async def upn(tx: Tx, child_id: UUID | None) -> str | None:
    """The child's in the council's records now, as far as they have and can read one."""
    found: str | None = await tx.value("SELECT upn FROM child WHERE child_id = $1", child_id)
    return found
