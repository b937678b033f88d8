"""Every SQL statement of triage: one function, one statement."""

from typing import NamedTuple
from uuid import UUID

from shared.contracts.referrals.lists import OfficerNamed
from shared.database.tx import Tx

OFFICERS_MAX = 500


class Known(NamedTuple):
    """What an act needs to know of a referral beside how it stands."""

    referral_id: UUID
    reference: str
    child_id: UUID | None


async def known(tx: Tx, reference: str) -> Known | None:
    return await tx.one(
        Known,
        """
        SELECT referral_id, r.reference, about.child_id
          FROM referral r JOIN referral_child about USING (referral_id)
         WHERE r.reference = $1
        """,
        reference,
    )  # fmt: skip


# As what accounts may act is kept by every service that verifies tokens (shared/web/access.py).
async def officers(tx: Tx) -> list[OfficerNamed]:
    """Whoever may act as a triage officer now, by name."""
    rows = await tx.rows(
        """
        SELECT person.account_id, person.name
          FROM person JOIN access_account AS access USING (account_id)
         WHERE 'triage_officer@' = ANY (access.roles) AND access.disabled_at IS NULL
         ORDER BY person.name, person.account_id
         LIMIT $1
        """,
        OFFICERS_MAX,
    )  # fmt: skip
    return [OfficerNamed(**row) for row in rows]


async def is_officer(tx: Tx, account: UUID) -> bool:
    found: bool = await tx.value(
        """
        SELECT EXISTS (SELECT FROM access_account
                        WHERE account_id = $1 AND 'triage_officer@' = ANY (roles) AND disabled_at IS NULL)
        """,
        account,
    )  # fmt: skip
    return found
