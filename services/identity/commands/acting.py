"""As what somebody may act at this moment, asked of identity's own rows: they are never behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.identity import domain, store
from services.identity.domain import Acting, Held, Session
from shared.database.tx import Tx
from shared.web.access import AccessEnded, ActingEnded
from shared.web.tokens import Caller

AT_THE_MACHINE: Mapping[str, Any] = {"actor": None, "role": "operator"}
"""What a fact says of who did it where nobody is signed in: an operator at the machine itself."""


async def still_acts(tx: Tx, caller: Caller) -> None:
    """Raises AccessEnded or ActingEnded: what ended a moment ago has not come back here from the log yet."""
    if await store.has_ended(tx, caller.session):
        raise AccessEnded
    if not await store.is_known_account(tx, caller.account):
        return
    if domain.held_for(Acting(caller.role, caller.school), await store.held(tx, caller.account)) is None:
        raise ActingEnded


async def held_now(tx: Tx, session: Session) -> Held | None:
    """What a session acts as, if its account may act in it now."""
    return domain.held_for(session.acting, await store.held(tx, session.account_id)) if session.acting else None
