"""Refused sign-ins as facts: one each; those that check nothing are one growing entry a minute and origin."""

from __future__ import annotations

from uuid import UUID

from services.identity import domain, store_guesses
from services.identity.domain import Account
from shared.contracts.identity import SignInRefused
from shared.database.tx import Tx

GATHERED_BATCH = 500


async def refuse(tx: Tx, attempt_id: UUID, account: Account | None, client: str, outcome: str) -> None:
    """Emit that a sign-in was refused; or count it with those before it in this minute, from the same origin.

    Facts do not change, so an entry grows by a second fact: the first refusal is emitted at once, `emit_gathered` tells
    how many followed. The count is committed with the refusal, as a fact would be.
    """
    actor = account.account_id if account else None
    if outcome in domain.UNCHECKED:
        minute = domain.minute(tx.now)
        if not await store_guesses.gather(tx, attempt_id, minute, client, actor, outcome):
            return
    await tx.emit(SignInRefused(attempt_id=attempt_id, actor=actor, outcome=outcome))


async def emit_gathered(tx: Tx) -> int:
    """Emit what was counted in minutes that are over, a batch at a time; how many were counted.

    Kept and emitted in one transaction: after a crash before its commit they are counted still.
    """
    gathered = await store_guesses.take_gathered(tx, domain.minute(tx.now), GATHERED_BATCH)
    facts = [
        SignInRefused(attempt_id=each.attempt_id, actor=each.actor, outcome=each.outcome, tries=each.more)
        for each in gathered
        if each.more
    ]
    await tx.emit(*facts)
    return len(gathered)
