"""Ending somebody's access from the machine itself, by identity's own command."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from deploy.home import require_running
from deploy.settings import identity_settings
from services.identity.commands.accounts import disable_at_the_machine
from services.identity.commands.refusals import NotYourAccount
from services.identity.settings import Settings
from shared import telemetry
from shared.db import Cause, connect

OPERATOR = "operator"


class NoSuchAccount(Exception):
    """There is no account of this email address. Nothing was changed."""


async def disabled(email: str, home: Path | None) -> str:
    """End this account's access; the name of the person. Raises NoSuchAccount."""
    telemetry.log_as_json("portal", "WARNING")
    given = Settings() if os.environ.get("IDENTITY_DATABASE_URL") else identity_settings(require_running(home)[0])
    database = await connect(given.database_url.get_secret_value(), "identity", pool_max=1)
    try:
        async with database.transaction(Cause(OPERATOR, uuid4()), "disable") as tx:
            return await disable_at_the_machine(tx, email, given)
    except NotYourAccount:
        raise NoSuchAccount from None
    finally:
        await database.close()
