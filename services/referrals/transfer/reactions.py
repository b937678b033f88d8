"""What is done with the fact that a referral was made: it is to be handed over."""

from __future__ import annotations

from collections.abc import Sequence

from services.referrals.transfer import store
from shared.contracts.referrals import ReferralMade
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def hand_over(tx: Tx, facts: Sequence[ReceivedFact]) -> None:
    """Each of these referrals waits from now on to be handed over to the case system."""
    await store.begin(tx, [fact.event.referral_id for fact in facts if isinstance(fact.event, ReferralMade)])
