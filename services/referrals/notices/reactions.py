"""What happened to a referral is noted, to be told by e-mail."""

from collections.abc import Sequence
from uuid import UUID

from services.referrals.notices import store
from services.referrals.notices.domain.notice import OLD, kind_of
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def note(tx: Tx, facts: Sequence[ReceivedFact]) -> None:
    """A notice for each fact. None of long ago: such come when this group begins, or after an outage of days."""
    for fact in facts:
        kind = kind_of(fact.event) if fact.event else None
        if fact.event and kind and tx.now - fact.meta.time <= OLD:
            await store.add_notice(tx, fact.meta.id, UUID(fact.event.key), kind, fact.meta.time)
