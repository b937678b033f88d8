"""As what somebody may act at this moment, from identity's own tables: the states that it projects come back later."""

from typing import Any
from uuid import UUID

from services.identity.acting import domain, store
from services.identity.acting.domain import UsableRole
from shared.contracts.identity import LostPlace, RoleHeld
from shared.database.tx import Tx
from shared.web.access import AccessEnded, ActingEnded
from shared.web.tokens import Caller


async def still_acts(tx: Tx, caller: Caller) -> None:
    """Raise AccessEnded if the caller's session has ended, ActingEnded if the token's role may be acted in no longer.

    `shared.web.access` asks the same of the states that have come back through Kafka, which may be some seconds behind.
    """
    if await store.has_ended(tx, caller.session):
        raise AccessEnded
    if not await store.is_known_account(tx, caller.account):
        return
    role = RoleHeld(role=caller.role, school=caller.school)
    if domain.usable(role, await usable_roles(tx, caller.account)) is None:
        raise ActingEnded


async def usable_roles(tx: Tx, account_id: UUID) -> list[UsableRole]:
    """The roles that this account may act in now."""
    return await store.usable_roles(tx, account_id)


async def lost_role(tx: Tx, account_id: UUID, role: RoleHeld) -> LostPlace:
    """Why this account may act in this role no longer; only for a role that is not usable."""
    now = await store.standing(tx, account_id, role)
    why = domain.why_lost(now["still_held"], now["school_status"])
    return LostPlace(role=role.role, school=role.school, school_name=now["school_name"], why=why)


async def who_acted(tx: Tx, account_id: UUID, role: RoleHeld | None) -> dict[str, Any]:
    """As `domain.who`, of a role that may be usable no longer, with the agreement that its school is under now."""
    if role is None:
        return {"actor": account_id}
    agreement = (await store.standing(tx, account_id, role))["agreement"]
    return {"actor": account_id, "role": role.role, "school": role.school, "agreement": agreement}
