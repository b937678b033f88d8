"""What an operator does to accounts and schools from the machine itself, by identity's own commands."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from deploy.home import require_running
from deploy.local.trouble import Trouble
from deploy.settings import identity_settings
from services.identity.commands.accounts import disable_at_the_machine
from services.identity.commands.acting import AT_THE_MACHINE
from services.identity.commands.refusals import NoSuchSchool, NotHeld, NotYourAccount
from services.identity.commands.roles import remove_role_at_the_machine
from services.identity.commands.schools import By, end_agreement, resume_school, suspend_school
from services.identity.domain import Acting, School
from services.identity.settings import Settings
from shared.database.pool import connect
from shared.database.refusal import Refusal
from shared.database.tx import Cause, Tx
from shared.observe.logs import log_as_json

OPERATOR = "operator"
WHY: dict[type[Refusal], str] = {
    NotYourAccount: "There is no account of this email address. Nothing was changed.",
    NotHeld: "The account does not hold this role there. Nothing was changed.",
    NoSuchSchool: "There is no school of this URN. Nothing was changed.",
}

T = TypeVar("T")
Command = Callable[[Tx, Settings], Awaitable[T]]
ChangeSchool = Callable[[Tx, By, str, Settings], Awaitable[School]]


async def disabled(email: str, home: Path | None) -> str:
    """End this account's access; the name of the person. Raises Trouble."""
    return await _done("disable", lambda tx, given: disable_at_the_machine(tx, email, given), home)


async def role_removed(email: str, role: Acting, home: Path | None) -> str:
    """Take a role away from this account; the name of the person. Raises Trouble."""
    return await _done("remove_role", lambda tx, given: remove_role_at_the_machine(tx, email, role, given), home)


async def suspended(urn: str, home: Path | None) -> School:
    return await _changed(suspend_school, urn, home)


async def resumed(urn: str, home: Path | None) -> School:
    return await _changed(resume_school, urn, home)


async def agreement_ended(urn: str, home: Path | None) -> School:
    return await _changed(end_agreement, urn, home)


async def _changed(command: ChangeSchool, urn: str, home: Path | None) -> School:
    """Change whether a school may be acted for. Raises Trouble."""
    return await _done(command.__name__, lambda tx, given: command(tx, AT_THE_MACHINE, urn, given), home)


async def _done(doing: str, command: Command[T], home: Path | None) -> T:
    """One of identity's commands in one transaction, with its settings from the environment or of the running home."""
    log_as_json("portal", "WARNING")
    given = Settings() if os.environ.get("IDENTITY_DATABASE_URL") else identity_settings(require_running(home)[0])
    database = await connect(given.database_url.get_secret_value(), "identity", pool_max=1)
    try:
        async with database.transaction(Cause(OPERATOR, uuid4()), doing) as tx:
            return await command(tx, given)
    except tuple(WHY) as refusal:
        raise Trouble(WHY[type(refusal)]) from None
    finally:
        await database.close()
