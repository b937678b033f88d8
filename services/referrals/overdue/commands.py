"""Notices what nobody has acknowledged in time, each in a transaction of its own, and tells how many there are."""

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from services.referrals.metrics import metrics
from services.referrals.overdue import store
from services.referrals.overdue.domain import Late, unnoticed
from services.referrals.records.domain import children_of
from services.referrals.settings import Settings
from shared.contracts.referrals import ReferralOverdue
from shared.database.pool import Database
from shared.database.tx import Tx

MOST = 500
"""One round: it is over within seconds, and the next begins ten seconds later."""


async def notice_overdue(database: Database, settings: Settings) -> None:
    """One round. The metric is set first, so that it is true also where a round fails after that."""
    async with database.by_itself("look for overdue") as tx:
        metrics.overdue.labels(database.service).set(await store.count(tx))
        found = await store.late(tx, MOST)
    for one in found:
        async with database.by_itself("notice") as tx:
            await notice(tx, one)


async def notice(tx: Tx, late: Late) -> None:
    """Emits ReferralOverdue, unless somebody has acknowledged or noticed it since it was seen."""
    held = await handling.locked(tx, late.referral_id)
    if held is None or not unnoticed(held):
        return
    await handling.act(tx, held, Step("overdue", by=None), overdue_at=tx.now)
    await tx.emit(_overdue(late))


def _overdue(late: Late) -> ReferralOverdue:
    return ReferralOverdue(
        actor=None,
        school=late.school,
        children=children_of(late.child_id),
        outcome="overdue",
        referral_id=late.referral_id,
        reference=late.reference,
        due_at=late.due_at,
    )
