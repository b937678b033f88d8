"""Moves undecided referrals to where the council's records say they belong, each in a transaction of its own."""

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Handling
from services.referrals.records.domain import children_of
from services.referrals.routing import store
from services.referrals.routing.domain import Astray
from services.referrals.settings import Settings
from shared.contracts.referrals import ReferralMoved
from shared.database.pool import Database
from shared.database.tx import Tx

MOST = 500
"""One round: it is over within seconds, and the next begins a second later."""


async def route(database: Database, settings: Settings) -> None:
    """Move what is astray. Whatever changed between the look and the move is left to the next round."""
    async with database.by_itself("route") as tx:
        found = await store.astray(tx, settings.freshness_limit, MOST)
    for one in found:
        async with database.by_itself("move") as tx:
            await move(tx, one)


async def move(tx: Tx, astray: Astray) -> None:
    """Emits ReferralMoved, unless somebody has acted on the referral since it was seen."""
    held = await handling.locked(tx, astray.referral_id)
    if held is None or not astray.still(held):
        return
    await handling.act(tx, held, astray.step(held), **astray.changes())
    await tx.emit(_moved(astray, held))


def _moved(astray: Astray, before: Handling) -> ReferralMoved:
    return ReferralMoved(
        actor=None,
        children=children_of(astray.child_id),
        outcome="moved",
        referral_id=astray.referral_id,
        from_team=before.team_id,
        to_team=astray.to_team,
        taken_from=before.taken_by,
    )
