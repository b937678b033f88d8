"""Every SQL statement on what may be acted in. Nothing is written: it reads others' tables."""

from typing import Any
from uuid import UUID

from services.identity.acting.domain import UsableRole
from shared.contracts.identity import RoleHeld
from shared.database.tx import Tx


async def usable_roles(tx: Tx, account_id: UUID) -> list[UsableRole]:
    """The roles that an account may act in now: at the council, or at a live school under an agreement.

    One statement, so that each comes with the revisions of the very states in which it is usable.
    """
    rows = await tx.rows(
        """
        SELECT role_held.role, role_held.school, school.name AS school_name, school.agreement,
               account.revision AS account_revision, coalesce(school.revision, 0) AS school_revision,
               coalesce(school.options, '{}') AS options
          FROM role_held JOIN account USING (account_id) LEFT JOIN school ON school.urn = role_held.school
         WHERE role_held.account_id = $1
           AND (role_held.school IS NULL OR (school.status = 'live' AND school.agreement IS NOT NULL))
         ORDER BY school.name NULLS FIRST, role_held.role
        """,
        account_id,
    )
    return [UsableRole(**row) for row in rows]


async def standing(tx: Tx, account_id: UUID, role: RoleHeld) -> Any:
    """How things stand with a role and its school: still_held, school_name, school_status, agreement.

    The last three are NULL for a role at the council.
    """
    return await tx.row(
        """
        SELECT EXISTS (SELECT FROM role_held
                        WHERE account_id = $1 AND role = $2 AND school IS NOT DISTINCT FROM $3) AS still_held,
               school.name AS school_name, school.status AS school_status, school.agreement
          FROM (VALUES ($3::text)) AS asked (urn) LEFT JOIN school USING (urn)
        """,
        account_id, role.role, role.school,
    )  # fmt: skip


async def has_ended(tx: Tx, session_id: UUID) -> bool:
    """Whether a session is known and has ended."""
    return bool(await tx.value("SELECT ended_at IS NOT NULL FROM session WHERE session_id = $1", session_id))


async def is_known_account(tx: Tx, account_id: UUID) -> bool:
    return bool(await tx.value("SELECT EXISTS (SELECT FROM account WHERE account_id = $1)", account_id))
