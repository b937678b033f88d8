"""Giving and ending somebody's access, or a school's, from the machine itself: by identity's own commands."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import uuid4

import pyotp

from deploy.operate.gias import RegisteredSchool
from deploy.trouble import Trouble
from services.identity.accounts.commands import (
    OpenAccount,
    disable_at_the_machine,
    open_at_the_machine,
    remove_role_at_the_machine,
)
from services.identity.accounts.domain import EmailTaken, NotHeld, NotYourAccount
from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools import store as schools
from services.identity.schools.commands import By, admit_at_the_machine, register_school
from services.identity.schools.domain import NoAgreement, NoSuchSchool, SchoolRow
from services.identity.settings import Settings
from services.identity.sign_in.passwords import hashed
from shared.contracts.identity import RoleHeld
from shared.database.pool import connect
from shared.database.refusal import Refusal
from shared.database.tx import Cause, Tx
from shared.observe.logs import log_as_json

OPERATOR = "operator"
PASSWORD_WORDS = 4
APP = "Schools Child Portal"
"""As an authenticator app shows whose codes they are."""
WHY: dict[type[Refusal], str] = {
    NotYourAccount: "There is no account of this email address. Nothing was changed.",
    EmailTaken: "There is an account of this email address already. Nothing was changed.",
    NotHeld: "The account does not hold this role there. Nothing was changed.",
    NoAgreement: "The school is under no agreement. Nothing was changed.",
    NoSuchSchool: "There is no school of this URN. Nothing was changed.",
}

T = TypeVar("T")
Command = Callable[[Tx], Awaitable[T]]


class ChangeSchool(Protocol):
    """A command of identity's that changes a school."""

    def __call__(self, tx: Tx, by: By, urn: str, *, settings: Settings) -> Awaitable[SchoolRow]: ...


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """What its person needs to sign in; it is kept nowhere. `code_secret`: of the time codes (RFC 6238), base32."""

    email: str
    password: str
    code_secret: str

    @property
    def uri(self) -> str:
        """The same for an authenticator app."""
        return pyotp.TOTP(self.code_secret).provisioning_uri(name=self.email, issuer_name=APP)


async def account_opened(email: str, name: str, role: RoleHeld, settings: Settings) -> OpenedAccount:
    """Open an account of this role, with a password and a second factor made here. Raises Trouble."""
    password = "-".join(secrets.token_hex(3) for _ in range(PASSWORD_WORDS))
    opened = OpenedAccount(email, password, pyotp.random_base32())
    ask = OpenAccount(uuid4(), email, name, hashed(password), opened.code_secret, ((role.role, role.school),))

    async def command(tx: Tx) -> None:
        if role.school and await schools.school(tx, role.school) is None:
            raise NoSuchSchool
        await open_at_the_machine(tx, ask, settings)

    await _done("open_account", command, settings)
    return opened


async def schools_registered(found: Sequence[RegisteredSchool], settings: Settings) -> int:
    """Let these schools be known, all or none; how many of them are under an agreement. Raises Trouble."""

    async def command(tx: Tx) -> int:
        known = [await register_school(tx, one.urn, one.name, settings) for one in found]
        return sum(school.agreement is not None for school in known)

    return await _done("register_schools", command, settings)


async def school_admitted(urn: str, agreement: str, settings: Settings) -> SchoolRow:
    """Put a school under the agreement of this text. Raises Trouble."""
    return await _done(
        "admit_school", lambda tx: admit_at_the_machine(tx, AT_THE_MACHINE, urn, agreement, settings), settings
    )


async def disabled(email: str, settings: Settings) -> str:
    """End this account's access; the name of the person. Raises Trouble."""
    return await _done("disable", lambda tx: disable_at_the_machine(tx, email, settings), settings)


async def role_removed(email: str, role: RoleHeld, settings: Settings) -> str:
    """Take a role away from this account; the name of the person. Raises Trouble."""
    return await _done("remove_role", lambda tx: remove_role_at_the_machine(tx, email, role, settings), settings)


async def school_changed(command: ChangeSchool, urn: str, settings: Settings, doing: str) -> SchoolRow:
    """Change by this command of identity's what may be done for a school. `doing`: its name. Raises Trouble."""
    return await _done(doing, lambda tx: command(tx, AT_THE_MACHINE, urn, settings=settings), settings)


async def _done(doing: str, command: Command[T], settings: Settings) -> T:
    """One of identity's commands in one transaction of its database. Raises Trouble for what it refuses."""
    log_as_json("portal", "WARNING")
    database = await connect(settings.database_url.get_secret_value(), "identity", pool_max=1)
    try:
        async with database.transaction(Cause(OPERATOR, uuid4()), doing) as tx:
            return await command(tx)
    except tuple(WHY) as refusal:
        raise Trouble(WHY[type(refusal)]) from None
    finally:
        await database.close()
