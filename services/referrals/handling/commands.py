"""A step in the handling of a referral: locked, changed and written into its history, in the caller's transaction."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.referrals.handling import store
from services.referrals.handling.domain import Handling, History, Step
from shared.database.tx import Tx


async def locked(tx: Tx, referral_id: UUID) -> Handling | None:
    """How it stands; nobody else changes that until this transaction has ended. None: there is no such referral."""
    return await store.locked(tx, referral_id)


async def act(tx: Tx, handling: Handling, step: Step, **changes: Any) -> Handling:
    """Take one step with a referral that is `locked`: `changes` are the fields of Handling that it changes."""
    changed = replace(handling, version=handling.version + 1, **changes)
    await store.put(tx, changed)
    await store.add_step(tx, changed, step)
    return changed


async def history(tx: Tx, referral_id: UUID) -> History | None:
    """How it stands and how it came to that: for the council, for a school reads of a step only `for_school`. None:
    there is no such referral."""
    return await store.history(tx, referral_id)
