"""Every SQL statement of the copy of a referral: one function, one statement."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

from services.referrals.making.domain.concern import Concern
from services.referrals.making.domain.referral import ChildDescribed, ChildWritten
from services.referrals.receipt.domain import Original
from shared.database.tx import Tx

# With the present names of its school and sender: those of then were not kept by yesterday's code, or not known then.
ORIGINAL = """
SELECT r.*, referral_child.child_id AS about, coalesce(r.school_name, school.name) AS school_called,
       coalesce(r.sender_name, person.name) AS sender_called
  FROM referral r
  JOIN referral_child USING (referral_id)
  LEFT JOIN school ON school.urn = r.school
  LEFT JOIN person ON person.account_id = r.made_by
"""


async def by_reference(tx: Tx, reference: str) -> Original | None:
    """For triage officers: whichever school sent it."""
    row = await tx.row(f"{ORIGINAL} WHERE r.reference = $1", reference)
    return _original(row) if row else None


async def by_reference_of_school(tx: Tx, school: str | None, reference: str) -> Original | None:
    """For a school: its own only. The school is part of the question, not a filter after it."""
    row = await tx.row(f"{ORIGINAL} WHERE r.school = $1 AND r.reference = $2", school, reference)
    return _original(row) if row else None


async def by_id(tx: Tx, referral_id: UUID) -> Original | None:
    """For the portal itself, which hands it over to the case system."""
    row = await tx.row(f"{ORIGINAL} WHERE r.referral_id = $1", referral_id)
    return _original(row) if row else None


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


def _original(row: Any) -> Original:
    return Original(
        referral_id=row["referral_id"],
        reference=row["reference"],
        child_id=row["about"],
        school=row["school"],
        made_at=row["made_at"],
        due_at=row["due_at"],
        concern=Concern(**{field.name: row[field.name] for field in fields(Concern)}),
        school_name=row["school_called"],
        sender_name=row["sender_called"],
        sender_role=row["sender_role"],
        child=_child(row),
    )


def _child(row: Any) -> ChildWritten | ChildDescribed | None:
    if row["described_why"] is not None:
        described = (row["described_given_name"], row["described_family_name"], row["described_born"])
        return ChildDescribed(*described, row["described_why"])
    written = (row["written_given_name"], row["written_family_name"], row["written_born"])
    return ChildWritten(*written) if row["written_born"] else None
