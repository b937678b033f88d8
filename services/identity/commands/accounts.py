"""Accounts: opened, given new proofs, disabled. Each state is emitted under its own row's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.identity import domain, sealing, store, store_guesses
from services.identity.commands import refusals, sessions
from services.identity.commands.acting import AT_THE_MACHINE, still_acts
from services.identity.domain import Account, code_place
from services.identity.settings import Settings
from shared.contracts import Role
from shared.contracts import identity as said
from shared.contracts.identity import AccountDisabled, DisablingRefused, RoleHeld
from shared.database.tx import Tx
from shared.web.tokens import Caller


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """A person who is to sign in. `code_secret` is base32, as authenticator apps take it (RFC 6238)."""

    account_id: UUID
    email: str
    name: str
    password_hash: str
    code_secret: str
    roles: Sequence[tuple[Role, str | None]]


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
    await emit_state(tx, account)
    return account


async def replace_proofs(tx: Tx, account_id: UUID, password_hash: str, code_secret: str, settings: Settings) -> None:
    """Give an account a new password and time-code secret; whoever was signed in with the old ones no longer is.

    Nor is any place known any more where one signed in with them.
    """
    account = await store.account_locked(tx, account_id)
    assert account is not None
    await store.put_proofs(tx, account_id, password_hash, _sealed(account_id, code_secret, settings))
    await store.forget_challenges_of(tx, account_id)
    subject = sealing.keyed(settings.sealing_bytes, account.email)
    await store_guesses.forget_origins_of(tx, subject)
    await store_guesses.forget_devices_of(tx, subject)
    await sessions.end_all(tx, account_id, settings)


async def disable_account(tx: Tx, caller: Caller, account_id: UUID, settings: Settings) -> None:
    """Let an account act no more, from this commit on: every session of it ends with it.

    An account administrator may do so to those who act at that school and nowhere else, an operator to anybody. Raises
    NotYourAccount, alike for an account that there is not; AccessEnded or ActingEnded when the caller's own access
    has just ended.
    """
    await still_acts(tx, caller)
    account = await store.account_locked(tx, account_id)
    if account is None or not await _may_disable(tx, caller, account_id):
        await tx.emit(DisablingRefused(account_id=account_id, **caller.indexed(), outcome="not_allowed"))
        raise refusals.NotYourAccount
    await _disable(tx, account, settings, caller.indexed())


async def disable_at_the_machine(tx: Tx, email: str, settings: Settings) -> str:
    """The same by an operator at the machine itself, where nobody is signed in; gives the name on the account.

    The fact names no actor. Raises NotYourAccount where there is none of this address.
    """
    account = await account_of_locked(tx, email)
    await _disable(tx, account, settings, AT_THE_MACHINE)
    return account.name


async def account_of_locked(tx: Tx, email: str) -> Account:
    """The account of this address. Raises NotYourAccount."""
    found = await store.account_of(tx, domain.normalised(email))
    account = await store.account_locked(tx, found.account_id) if found else None
    if account is None:
        raise refusals.NotYourAccount
    return account


async def _disable(tx: Tx, account: Account, settings: Settings, by: Mapping[str, Any]) -> None:
    outcome = "already_disabled" if account.disabled_at else "disabled"
    await tx.emit(AccountDisabled(account_id=account.account_id, **by, outcome=outcome))
    if account.disabled_at is None:
        await _end(tx, account, settings)


async def _end(tx: Tx, account: Account, settings: Settings) -> None:
    revision = domain.next_revision(account.revision, settings.epoch)
    await store.put_disabled(tx, account.account_id, revision)
    await emit_state(tx, replace(account, disabled_at=tx.now, revision=revision))
    await store.forget_challenges_of(tx, account.account_id)
    await sessions.end_all(tx, account.account_id, settings)


async def _may_disable(tx: Tx, caller: Caller, account_id: UUID) -> bool:
    if caller.role == "operator":
        return True
    schools = {held.school for held in await store.roles(tx, account_id)}
    return caller.school is not None and schools == {caller.school}


async def emit_state(tx: Tx, account: Account) -> None:
    """Emit an account as it now is, with its roles; its row is locked."""
    held = [RoleHeld(role=each.role, school=each.school) for each in await store.roles(tx, account.account_id)]
    await tx.emit(
        said.Account(
            account_id=account.account_id,
            name=account.name,
            roles=tuple(held),
            disabled_at=account.disabled_at,
            revision=account.revision,
        )
    )


def _sealed(account_id: UUID, code_secret: str, settings: Settings) -> bytes:
    return sealing.seal(settings.sealing_bytes, code_secret.encode(), code_place(account_id))
