"""What an operator, or the account administrator of a school, may do to somebody's account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.identity.accounts import commands
from services.identity.settings import Settings
from shared.contracts import Role, Urn
from shared.contracts.identity import RoleHeld
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()

ByAdministrator = Annotated[Authenticated[Settings], guard("account_administrator", "operator")]


class RemoveRole(Body):
    """A role, and the school where it is held (None: at the council)."""

    role: Role
    school: Urn | None = None


@router.post("/accounts/{account_id}/disabling", status_code=204)
async def post_disabling(account_id: UUID, asking: ByAdministrator) -> None:
    """Let an account act no more; every session of it ends."""
    async with asking.transaction() as tx:
        await commands.disable_account(tx, asking.caller, account_id, asking.settings)


@router.post("/accounts/{account_id}/roles/removal", status_code=204)
async def post_role_removal(account_id: UUID, ask: RemoveRole, asking: ByAdministrator) -> None:
    """Let an account act in a role no more; a session that does must choose another."""
    role = RoleHeld(role=ask.role, school=ask.school)
    async with asking.transaction() as tx:
        await commands.remove_role(tx, asking.caller, account_id, role, asking.settings)
