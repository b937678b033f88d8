"""Schools and accounts: admitted, opened, disabled. Their states are said under their own rows' locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.identity import domain, sealing, store
from services.identity.commands import refusals, sessions
from services.identity.domain import Account, code_place
from services.identity.settings import Settings
from shared.access import AccessEnded
from shared.contracts import Role
from shared.contracts import identity as said
from shared.contracts.identity import AccountDisabled, DisablingRefused, RoleHeld
from shared.db import Tx
from shared.tokens import Caller


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """A person who is to sign in. `code_secret` is base32, as authenticator apps take it (RFC 6238)."""

    account_id: UUID
    email: str
    name: str
    password_hash: str
    code_secret: str
    roles: Sequence[tuple[Role, str | None]]


async def admit_school(tx: Tx, urn: str, name: str, agreement: str, settings: Settings) -> str:
    """Put a school live under the agreement of this text; gives its version. The same again changes nothing."""
    version = domain.version_of(agreement)
    await store.add_agreement(tx, version, agreement)
    await store.add_school(tx, urn, name)
    before = await store.school_locked(tx, urn)
    after = replace(before, name=name, agreement=version, status="live")
    if after != before:
        after = replace(after, revision=domain.next_revision(before.revision, settings.epoch))
        await store.put_school(tx, after)
        await tx.emit(said.School(urn=urn, name=name, agreement=version, status=after.status, revision=after.revision))
    return version


async def open_account(tx: Tx, ask: OpenAccount, settings: Settings) -> Account:
    """Make an account that may sign in at once. Raises EmailTaken."""
    account = Account(
        account_id=ask.account_id,
        email=domain.normalised(ask.email),
        name=ask.name,
        password_hash=ask.password_hash,
        code_sealed=_sealed(ask.account_id, ask.code_secret, settings),
        used_step=None,
        disabled_at=None,
        revision=domain.next_revision(0, settings.epoch),
    )
    if not await store.add_account(tx, account):
        raise refusals.EmailTaken
    await store.add_roles(tx, account.account_id, ask.roles)
    await tx.emit(await _state(tx, account))
    return account


async def replace_proofs(tx: Tx, account_id: UUID, password_hash: str, code_secret: str, settings: Settings) -> None:
    """Give an account a new password and time-code secret; whoever was signed in with the old ones no longer is."""
    await store.account_locked(tx, account_id)
    await store.put_proofs(tx, account_id, password_hash, _sealed(account_id, code_secret, settings))
    await store.forget_challenges_of(tx, account_id)
    await sessions.end_all(tx, account_id, settings)


async def disable_account(tx: Tx, caller: Caller, account_id: UUID, settings: Settings) -> None:
    """Let an account act no more, from this commit on: every session of it ends with it.

    An account administrator may do so to those who act at that school and nowhere else, an operator to anybody. Raises
    NotYourAccount, alike for an account that there is not; AccessEnded when the caller's own session is over.
    """
    if await store.has_ended(tx, caller.session):
        raise AccessEnded
    account = await store.account_locked(tx, account_id)
    if account is None or not await _may_disable(tx, caller, account_id):
        await tx.emit(DisablingRefused(account_id=account_id, **caller.indexed(), outcome="not_allowed"))
        raise refusals.NotYourAccount
    await _disable(tx, account, settings, caller.indexed())


async def disable_at_the_machine(tx: Tx, email: str, settings: Settings) -> str:
    """The same by an operator at the machine itself, where nobody is signed in; gives the name on the account.

    The fact names no actor. Raises NotYourAccount where there is none of this address.
    """
    found = await store.account_of(tx, domain.normalised(email))
    account = await store.account_locked(tx, found.account_id) if found else None
    if account is None:
        raise refusals.NotYourAccount
    await _disable(tx, account, settings, {"actor": None, "role": "operator"})
    return account.name


async def _disable(tx: Tx, account: Account, settings: Settings, by: Mapping[str, Any]) -> None:
    outcome = "already_disabled" if account.disabled_at else "disabled"
    await tx.emit(AccountDisabled(account_id=account.account_id, **by, outcome=outcome))
    if account.disabled_at is None:
        await _end(tx, account, settings)


async def _end(tx: Tx, account: Account, settings: Settings) -> None:
    revision = domain.next_revision(account.revision, settings.epoch)
    await store.put_disabled(tx, account.account_id, revision)
    await tx.emit(await _state(tx, replace(account, disabled_at=tx.now, revision=revision)))
    await store.forget_challenges_of(tx, account.account_id)
    await sessions.end_all(tx, account.account_id, settings)


async def _may_disable(tx: Tx, caller: Caller, account_id: UUID) -> bool:
    if caller.role == "operator":
        return True
    schools = {school for _, school in await store.roles(tx, account_id)}
    return caller.school is not None and schools == {caller.school}


async def _state(tx: Tx, account: Account) -> said.Account:
    held = [RoleHeld(role=role, school=school) for role, school in await store.roles(tx, account.account_id)]
    return said.Account(
        account_id=account.account_id,
        name=account.name,
        roles=tuple(held),
        disabled_at=account.disabled_at,
        revision=account.revision,
    )


def _sealed(account_id: UUID, code_secret: str, settings: Settings) -> bytes:
    return sealing.seal(settings.sealing_bytes, code_secret.encode(), code_place(account_id))
