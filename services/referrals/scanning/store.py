"""Every SQL statement of scanning: one function, one statement."""

from dataclasses import dataclass
from uuid import UUID

from services.referrals.scanning.domain import Verdict
from shared.database.tx import Tx


@dataclass(frozen=True, slots=True)
class Unscanned:
    """A file that no scanner has seen."""

    attachment_id: UUID
    draft_id: UUID


async def to_scan(tx: Tx, most: int) -> list[Unscanned]:
    """Those that the scanner is to be asked about now, the longest due first."""
    rows = await tx.rows(
        """
        SELECT attachment_id, draft_id FROM attachment
         WHERE scan = 'unscanned' AND added_at IS NOT NULL AND scan_at <= $1
         ORDER BY scan_at LIMIT $2
        """,
        tx.now, most,
    )  # fmt: skip
    return [Unscanned(**row) for row in rows]


async def count_unscanned(tx: Tx) -> int:
    return int(await tx.value("SELECT count(*) FROM attachment WHERE scan = 'unscanned' AND added_at IS NOT NULL"))


async def put_scan(tx: Tx, attachment_id: UUID, verdict: Verdict) -> bool:
    """False: it is gone by now, or was scanned by another."""
    found = await tx.value(
        """
        UPDATE attachment SET scan = $2, scanned_at = $3
         WHERE attachment_id = $1 AND scan = 'unscanned' RETURNING true
        """,
        attachment_id, verdict, tx.now,
    )  # fmt: skip
    return found is True


async def put_off(tx: Tx, attachment_id: UUID, longest_s: float) -> None:
    """Ask again later: after two seconds, then four … up to the longest."""
    await tx.execute(
        """
        UPDATE attachment
           SET scan_tries = scan_tries + 1,
               scan_at = $2::timestamptz + make_interval(secs => least($3, 2.0 ^ least(scan_tries + 1, 20)))
         WHERE attachment_id = $1
        """,
        attachment_id, tx.now, longest_s,
    )  # fmt: skip


async def child_of(tx: Tx, attachment_id: UUID) -> UUID | None:
    """About whom its draft is, or the referral that it was sent with; None: a described child, not found yet."""
    child: UUID | None = await tx.value(
        """
        SELECT coalesce(d.child_id, about.child_id)
          FROM attachment a
          LEFT JOIN draft d USING (draft_id)
          LEFT JOIN referral r ON r.made_by = a.account AND r.idempotency_key = a.draft_id
          LEFT JOIN referral_child about USING (referral_id)
         WHERE a.attachment_id = $1
        """,
        attachment_id,
    )  # fmt: skip
    return child
