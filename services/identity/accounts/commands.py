"""Accounts: opened, disabled, their roles taken away. Each state is emitted under its own row's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.identity.accounts import store
from services.identity.accounts.domain import FORM, AccountRow, EmailTaken, NotHeld, NotYourAccount
from services.identity.acting.commands import still_acts
from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.batches import in_batches
from services.identity.sessions import commands as sessions
from services.identity.settings import Settings
from services.identity.sign_in import commands as sign_in
from shared import typed
from shared.contracts import Role
from shared.contracts.identity import (
    Account,
    AccountDisabled,
    AccountOpened,
    DisablingRefused,
    RoleHeld,
    RoleRemovalRefused,
    RoleRemoved,
)
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.revisions import next_revision
from shared.web.tokens import Caller

ANEW_MAX = 100
"""Accounts that are emitted anew in one transaction."""


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """A person who is to sign in. `code_secret` is base32, as authenticator apps take it (RFC 6238)."""

    account_id: UUID
    email: str
    name: str
    password_hash: str
    code_secret: str
    roles: Sequence[tuple[Role, str | None]]


async def open_account(tx: Tx, ask: OpenAccount, settings: Settings) -> AccountRow:
    """Make an account that may sign in at once. Raises EmailTaken."""
    first = next_revision(0, settings.epoch)
    account = AccountRow(ask.account_id, typed.email(ask.email), ask.name, None, first)
    code_sealed = sign_in.sealed_code(ask.account_id, ask.code_secret, settings)
    if not await store.add_account(tx, account, ask.password_hash, code_sealed):
        raise EmailTaken
    await store.add_roles(tx, account.account_id, ask.roles)
    await _emit_state(tx, account)
    return account


async def open_at_the_machine(tx: Tx, ask: OpenAccount, settings: Settings) -> AccountRow:
    """The same by an operator on the server, for somebody with one role. Raises EmailTaken."""
    account = await open_account(tx, ask, settings)
    ((role, school),) = ask.roles
    given, who = RoleHeld(role=role, school=school), {**AT_THE_MACHINE, "school": school}
    await tx.emit(AccountOpened(account_id=account.account_id, given=given, **who, outcome="opened"))
    return account


async def disable_account(tx: Tx, caller: Caller, account_id: UUID, settings: Settings) -> None:
    """Let an account act no more, from this commit on; all its sessions end.

    An operator may do so to anybody, an account administrator to those who act at that school and nowhere else.
    Raises NotYourAccount, also if there is no such account; AccessEnded or ActingEnded if the caller's own access has
    just ended.
    """
    await still_acts(tx, caller)
    account = await store.account_locked(tx, account_id)
    if account is None or not await _may_disable(tx, caller, account_id):
        await tx.emit(DisablingRefused(account_id=account_id, **caller.indexed(), outcome="not_allowed"))
        raise NotYourAccount
    await _disable(tx, account, settings, caller.indexed())


async def disable_at_the_machine(tx: Tx, email: str, settings: Settings) -> str:
    """The same by an operator on the server, where nobody is signed in; returns the name on the account.

    The fact names no actor. Raises NotYourAccount if there is no account of this email address.
    """
    account = await _account_of(tx, email)
    await _disable(tx, account, settings, AT_THE_MACHINE)
    return account.name


async def remove_role(tx: Tx, caller: Caller, account_id: UUID, role: RoleHeld, settings: Settings) -> None:
    """Let an account act in this role no more. A session that does must choose another; with no role left, it ends.

    An operator may remove any role, an account administrator those at that school. Raises NotYourAccount, also if
    there is no such account or it has nothing to do with the school; AccessEnded or ActingEnded if the caller's own
    access has just ended.
    """
    await still_acts(tx, caller)
    account = await store.account_locked(tx, account_id)
    if account is None or not await _may_remove(tx, caller, account_id, role):
        await tx.emit(RoleRemovalRefused(account_id=account_id, wanted=role, **caller.indexed(), outcome="not_allowed"))
        raise NotYourAccount
    await _remove(tx, account, role, settings, caller.indexed())


async def remove_role_at_the_machine(tx: Tx, email: str, role: RoleHeld, settings: Settings) -> str:
    """The same by an operator on the server, where nobody is signed in; returns the name on the account.

    Raises NotYourAccount if there is no account of this email address, NotHeld if it does not hold the role.
    """
    account = await _account_of(tx, email)
    if not await _remove(tx, account, role, settings, AT_THE_MACHINE):
        raise NotHeld
    return account.name


async def emit_anew(database: Database, settings: Settings) -> None:
    """Periodic: emit the accounts that were emitted last by older code, in the form of today."""

    async def some(tx: Tx) -> int:
        found = await store.emitted_otherwise_locked(tx, FORM, ANEW_MAX)
        for account in found:
            revision = next_revision(account.revision, settings.epoch)
            await store.put_revision(tx, account.account_id, revision)
            await _emit_state(tx, replace(account, revision=revision))
        return len(found)

    await in_batches(database, some, "emit_anew")


async def _account_of(tx: Tx, email: str) -> AccountRow:
    account = await store.account_of_locked(tx, typed.email(email))
    if account is None:
        raise NotYourAccount
    return account


async def _may_disable(tx: Tx, caller: Caller, account_id: UUID) -> bool:
    if caller.role == "operator":
        return True
    schools = {held.school for held in await store.roles(tx, account_id)}
    return caller.school is not None and schools == {caller.school}


async def _may_remove(tx: Tx, caller: Caller, account_id: UUID, role: RoleHeld) -> bool:
    if caller.role == "operator":
        return True
    there = any(held.school == caller.school for held in await store.roles(tx, account_id))
    return caller.school is not None and role.school == caller.school and there


async def _disable(tx: Tx, account: AccountRow, settings: Settings, by: Mapping[str, Any]) -> None:
    outcome = "already_disabled" if account.disabled_at else "disabled"
    await tx.emit(AccountDisabled(account_id=account.account_id, **by, outcome=outcome))
    if account.disabled_at is None:
        revision = next_revision(account.revision, settings.epoch)
        await store.put_disabled(tx, account.account_id, revision)
        await _emit_state(tx, replace(account, disabled_at=tx.now, revision=revision))
        await sign_in.end_all(tx, account.account_id, settings)


async def _remove(tx: Tx, account: AccountRow, role: RoleHeld, settings: Settings, by: Mapping[str, Any]) -> bool:
    held = await store.forget_role(tx, account.account_id, role)
    who = {**by, "school": by.get("school") or role.school}  # so that audit finds it by the school
    outcome = "removed" if held else "not_held"
    await tx.emit(RoleRemoved(account_id=account.account_id, removed=role, **who, outcome=outcome))
    if held:
        revision = next_revision(account.revision, settings.epoch)
        await store.put_revision(tx, account.account_id, revision)
        await _emit_state(tx, replace(account, revision=revision))
        if not await store.roles(tx, account.account_id):
            await sessions.end_all(tx, account.account_id, settings)
    return held


async def _emit_state(tx: Tx, account: AccountRow) -> None:
    """Emit an account as it now is, with its roles; its row is locked."""
    await tx.emit(
        Account(
            account_id=account.account_id,
            name=account.name,
            roles=await store.roles(tx, account.account_id),
            disabled_at=account.disabled_at,
            email=account.email,
            revision=account.revision,
        )
    )
    await store.put_emitted(tx, account.account_id, FORM, account.revision)
