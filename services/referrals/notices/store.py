"""Every SQL statement of what is told by e-mail: one function, one statement."""

from datetime import datetime
from uuid import UUID

from services.referrals.notices.domain.notice import Notice, Recipient
from shared.contracts.referrals import NoticeKind
from shared.database.tx import Tx


async def add_notice(tx: Tx, notice_id: UUID, referral_id: UUID, kind: NoticeKind, made_at: datetime) -> None:
    """None is made of a referral that is not here any more."""
    await tx.execute(
        """
        INSERT INTO notice (notice_id, referral_id, kind, made_at, next_at)
        SELECT $1, referral_id, $3, $4, $5 FROM referral WHERE referral_id = $2
            ON CONFLICT DO NOTHING
        """,
        notice_id, referral_id, kind, made_at, tx.now,
    )  # fmt: skip


async def due_locked(tx: Tx) -> Notice | None:
    """One whose time has come, the longest waiting first; None: none."""
    return await tx.one(
        Notice,
        """
        SELECT n.notice_id, n.referral_id AS about, r.reference, n.kind, n.made_at, r.due_at,
               n.attempts + 1 AS attempts
          FROM notice n JOIN referral r USING (referral_id)
         WHERE n.done_at IS NULL AND n.next_at <= $1
         ORDER BY n.next_at
         LIMIT 1
           FOR UPDATE OF n SKIP LOCKED
        """,
        tx.now,
    )  # fmt: skip


async def put_tried(tx: Tx, notice: Notice, next_at: datetime) -> None:
    await tx.execute(
        "UPDATE notice SET attempts = $2, next_at = $3 WHERE notice_id = $1", notice.notice_id, notice.attempts, next_at
    )


async def put_done(tx: Tx, notice_id: UUID, given_up: bool) -> None:
    await tx.execute("UPDATE notice SET done_at = $2, given_up = $3 WHERE notice_id = $1", notice_id, tx.now, given_up)


async def add_told(tx: Tx, notice: Notice, account: UUID | None) -> None:
    await tx.execute(
        """
        INSERT INTO notice_told (notice_id, message_id, account, told_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
        """,
        notice.notice_id, notice.message_id(account), account, tx.now,
    )  # fmt: skip


async def told(tx: Tx, notice_id: UUID) -> set[UUID]:
    """The messages of this notice that the mail server has taken."""
    rows = await tx.rows("SELECT message_id FROM notice_told WHERE notice_id = $1", notice_id)
    return {row["message_id"] for row in rows}


async def officers(tx: Tx) -> list[Recipient]:
    rows = await tx.rows(
        """
        SELECT person.account_id AS account, person.email AS address
          FROM person JOIN access_account AS access USING (account_id)
         WHERE 'triage_officer@' = ANY (access.roles) AND access.disabled_at IS NULL AND person.email IS NOT NULL
         ORDER BY person.account_id
        """
    )
    return [Recipient(**row) for row in rows]


async def holder(tx: Tx, referral_id: UUID) -> list[Recipient]:
    """The officer who has it, if that is an officer still."""
    rows = await tx.rows(
        """
        SELECT person.account_id AS account, person.email AS address
          FROM handling JOIN person ON person.account_id = handling.taken_by
          JOIN access_account AS access USING (account_id)
         WHERE handling.referral_id = $1
           AND 'triage_officer@' = ANY (access.roles) AND access.disabled_at IS NULL AND person.email IS NOT NULL
        """,
        referral_id,
    )  # fmt: skip
    return [Recipient(**row) for row in rows]


async def school(tx: Tx, referral_id: UUID) -> list[Recipient]:
    """Its sender, if that may act for the school still; else all leads and headteachers who may. None of a school that
    nobody may act for."""
    rows = await tx.rows(
        """
        WITH may AS (SELECT person.account_id AS account, person.email AS address,
                            person.account_id = r.made_by AS sender
                       FROM referral r
                       JOIN access_school AS s ON s.urn = r.school AND s.live AND s.agreement IS NOT NULL
                       JOIN access_account AS access
                         ON access.roles && ARRAY['lead@' || r.school, 'headteacher@' || r.school]
                        AND access.disabled_at IS NULL
                       JOIN person USING (account_id)
                      WHERE r.referral_id = $1 AND person.email IS NOT NULL)
        SELECT account, address FROM may
         WHERE sender OR NOT EXISTS (SELECT FROM may WHERE sender)
         ORDER BY account
        """,
        referral_id,
    )  # fmt: skip
    return [Recipient(**row) for row in rows]


async def child_of(tx: Tx, referral_id: UUID) -> UUID | None:
    """Its child, if it is one of the council's records."""
    child: UUID | None = await tx.value("SELECT child_id FROM referral_child WHERE referral_id = $1", referral_id)
    return child


async def waiting(tx: Tx) -> tuple[int, datetime | None]:
    """How many notices somebody has not been told of yet, and since when the oldest waits."""
    row = await tx.row("SELECT count(*) AS number, min(made_at) AS since FROM notice WHERE done_at IS NULL")
    assert row
    return row["number"], row["since"]
