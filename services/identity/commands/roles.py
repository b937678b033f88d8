"""Roles taken away from accounts: tokens for them are refused everywhere within seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.identity import domain, store
from services.identity.commands import accounts, refusals, sessions
from services.identity.commands.acting import AT_THE_MACHINE, still_acts
from services.identity.domain import Account, Acting
from services.identity.settings import Settings
from shared.contracts.identity import RoleHeld, RoleRemovalRefused, RoleRemoved
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def remove_role(tx: Tx, caller: Caller, account_id: UUID, role: Acting, settings: Settings) -> None:
    """Let an account act in this role no more. A session that does must choose another; of none left, all sessions end.

    An account administrator may do so to roles at that school, an operator to any. Raises NotYourAccount, alike for an
    account that there is not and for one that has nothing to do with the school; AccessEnded or ActingEnded when the
    caller's own access has just ended.
    """
    await still_acts(tx, caller)
    account = await store.account_locked(tx, account_id)
    if account is None or not await _may_remove(tx, caller, account_id, role):
        await tx.emit(
            RoleRemovalRefused(account_id=account_id, wanted=_held(role), **caller.indexed(), outcome="not_allowed")
        )
        raise refusals.NotYourAccount
    await _remove(tx, account, role, settings, caller.indexed())


async def remove_role_at_the_machine(tx: Tx, email: str, role: Acting, settings: Settings) -> str:
    """The same by an operator at the machine itself, where nobody is signed in; gives the name on the account.

    Raises NotYourAccount where there is none of this address, NotHeld where it does not hold the role.
    """
    account = await accounts.account_of_locked(tx, email)
    if not await _remove(tx, account, role, settings, AT_THE_MACHINE):
        raise refusals.NotHeld
    return account.name


async def _remove(tx: Tx, account: Account, role: Acting, settings: Settings, by: Mapping[str, Any]) -> bool:
    held = await store.forget_role(tx, account.account_id, role)
    who = {**by, "school": by.get("school") or role.school}  # so that audit finds it by the school
    outcome = "removed" if held else "not_held"
    await tx.emit(RoleRemoved(account_id=account.account_id, removed=_held(role), **who, outcome=outcome))
    if held:
        revision = domain.next_revision(account.revision, settings.epoch)
        await store.put_account_revision(tx, account.account_id, revision)
        await accounts.emit_state(tx, replace(account, revision=revision))
        if not await store.roles(tx, account.account_id):
            await sessions.end_all(tx, account.account_id, settings)
    return held


async def _may_remove(tx: Tx, caller: Caller, account_id: UUID, role: Acting) -> bool:
    if caller.role == "operator":
        return True
    there = any(held.school == caller.school for held in await store.roles(tx, account_id))
    return caller.school is not None and role.school == caller.school and there


def _held(role: Acting) -> RoleHeld:
    return RoleHeld(role=role.role, school=role.school)
