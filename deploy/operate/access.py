"""Ending somebody's access, or a school's, from the machine itself: by identity's own commands, in its database."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import uuid4

from deploy.trouble import Trouble
from services.identity.accounts.commands import disable_at_the_machine, remove_role_at_the_machine
from services.identity.accounts.domain import NotHeld, NotYourAccount
from services.identity.acting.domain import AT_THE_MACHINE
from services.identity.schools.commands import By
from services.identity.schools.domain import NoAgreement, NoSuchSchool, SchoolRow
from services.identity.settings import Settings
from shared.contracts.identity import RoleHeld
from shared.database.pool import connect
from shared.database.refusal import Refusal
from shared.database.tx import Cause, Tx
from shared.observe.logs import log_as_json

OPERATOR = "operator"
WHY: dict[type[Refusal], str] = {
    NotYourAccount: "There is no account of this email address. Nothing was changed.",
    NotHeld: "The account does not hold this role there. Nothing was changed.",
    NoAgreement: "The school is under no agreement. Nothing was changed.",
    NoSuchSchool: "There is no school of this URN. Nothing was changed.",
}

T = TypeVar("T")
Command = Callable[[Tx], Awaitable[T]]


class ChangeSchool(Protocol):
    """A command of identity's that changes a school."""

    def __call__(self, tx: Tx, by: By, urn: str, *, settings: Settings) -> Awaitable[SchoolRow]: ...


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
