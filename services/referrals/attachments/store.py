"""Every SQL statement of attachments: one function, one statement.

Those of a referral are those of its sender's draft whose id is the referral's idempotency key. Keys are a sender's own,
so sender and school are part of the question: nobody reads another's files by sending under the id of their draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.referrals.attachments.domain import Scan
from shared.database.tx import Tx
from shared.web.tokens import Caller


@dataclass(frozen=True, slots=True)
class Row:
    """An attachment as it is kept: its name is sealed."""

    attachment_id: UUID
    draft_id: UUID
    name: bytes
    type: str
    size_bytes: int
    added_at: datetime
    scan: Scan


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A draft to which files belong. `child_id` None: about a child that it describes."""

    sent: bool
    child_id: UUID | None


@dataclass(frozen=True, slots=True)
class Whose:
    """The referral that a reader asked for: of which child, if that is known."""

    referral_id: UUID
    draft_id: UUID
    account: UUID
    school: str
    child_id: UUID | None


ATTACHMENT = "SELECT attachment_id, draft_id, name, type, size_bytes, added_at, scan FROM attachment"


async def draft(tx: Tx, caller: Caller, draft_id: UUID) -> OwnDraft | None:
    """The caller's own draft for the school acted for; None: there is no such draft."""
    return await tx.one(
        OwnDraft,
        "SELECT sent_at IS NOT NULL AS sent, child_id FROM draft WHERE draft_id = $1 AND account = $2 AND school = $3",
        draft_id, caller.account, caller.school,
    )  # fmt: skip


async def hold(tx: Tx, draft_id: UUID) -> None:
    """Until this transaction ends nobody sends the draft, and no second file is added to it."""
    await tx.execute("SELECT FROM draft WHERE draft_id = $1 FOR UPDATE", draft_id)


async def sizes_bytes(tx: Tx, draft_id: UUID) -> list[int]:
    """Of the files that the draft has."""
    rows = await tx.rows("SELECT size_bytes FROM attachment WHERE draft_id = $1 AND added_at IS NOT NULL", draft_id)
    return [row["size_bytes"] for row in rows]


async def announce(tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID, name: bytes) -> None:
    await tx.execute(
        """
        INSERT INTO attachment (attachment_id, draft_id, account, school, name, announced_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        attachment_id, draft_id, caller.account, caller.school, name, tx.now,
    )  # fmt: skip


async def announced_name(tx: Tx, draft_id: UUID, attachment_id: UUID) -> bytes | None:
    """The name of one that is still to come."""
    name: bytes | None = await tx.value(
        "SELECT name FROM attachment WHERE draft_id = $1 AND attachment_id = $2 AND added_at IS NULL",
        draft_id, attachment_id,
    )  # fmt: skip
    return name


async def same(tx: Tx, draft_id: UUID, fingerprint: bytes) -> Row | None:
    """The one that the draft has of the same bytes."""
    return await tx.one(Row, f"{ATTACHMENT} WHERE draft_id = $1 AND fingerprint = $2", draft_id, fingerprint)


async def put(tx: Tx, row: Row, fingerprint: bytes) -> None:
    """It is here whole."""
    await tx.execute(
        """
        UPDATE attachment
           SET name = $2, type = $3, size_bytes = $4, added_at = $5, fingerprint = $6, scan_at = $5
         WHERE attachment_id = $1
        """,
        row.attachment_id, row.name, row.type, row.size_bytes, row.added_at, fingerprint,
    )  # fmt: skip


async def delete(tx: Tx, draft_id: UUID, attachment_id: UUID) -> bool:
    """False: the draft has none such."""
    found = await tx.value(
        "DELETE FROM attachment WHERE draft_id = $1 AND attachment_id = $2 RETURNING true", draft_id, attachment_id
    )
    return found is True


async def of_draft(tx: Tx, draft_id: UUID) -> list[Row]:
    """In the order in which they were added."""
    rows = await tx.rows(
        f"{ATTACHMENT} WHERE draft_id = $1 AND added_at IS NOT NULL ORDER BY added_at, attachment_id",
        draft_id,
    )
    return [Row(**row) for row in rows]


async def whose(tx: Tx, reference: str, school: str | None, any_school: bool) -> Whose | None:
    """The referral of this reference: for a school its own only."""
    return await tx.one(
        Whose,
        """
        SELECT referral_id, idempotency_key AS draft_id, made_by AS account, school, about.child_id
          FROM referral JOIN referral_child about USING (referral_id)
         WHERE reference = $1 AND ($3 OR school = $2)
        """,
        reference, school, any_school,
    )  # fmt: skip


async def of_referral(tx: Tx, whose: Whose) -> list[Row]:
    """In the order in which they were added."""
    rows = await tx.rows(
        f"""{ATTACHMENT}
         WHERE draft_id = $1 AND account = $2 AND school = $3 AND added_at IS NOT NULL
         ORDER BY added_at, attachment_id
        """,
        whose.draft_id, whose.account, whose.school,
    )  # fmt: skip
    return [Row(**row) for row in rows]


async def delete_stray(tx: Tx, announced_before: datetime, most: int) -> list[UUID]:
    """Those that never came, and those whose draft is gone without having been sent; which they were."""
    rows = await tx.rows(
        """
        DELETE FROM attachment WHERE attachment_id IN (
            SELECT attachment_id FROM attachment a
             WHERE announced_at < $1
               AND (added_at IS NULL
                    OR NOT EXISTS (SELECT FROM draft d WHERE d.draft_id = a.draft_id)
                       AND NOT EXISTS (SELECT FROM referral r
                                        WHERE r.made_by = a.account AND r.idempotency_key = a.draft_id))
             LIMIT $2)
        RETURNING attachment_id
        """,
        announced_before, most,
    )  # fmt: skip
    return [row["attachment_id"] for row in rows]


async def unknown(tx: Tx, attachment_ids: Sequence[UUID]) -> list[UUID]:
    """Those of which there is no row."""
    rows = await tx.rows(
        """
        SELECT id FROM unnest($1::uuid[]) AS id
         WHERE NOT EXISTS (SELECT FROM attachment WHERE attachment_id = id)
        """,
        list(attachment_ids),
    )  # fmt: skip
    return [row["id"] for row in rows]
