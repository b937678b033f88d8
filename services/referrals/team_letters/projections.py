"""What lookup has gathered for a team waits to be written to it, until it is forgotten there."""

from collections.abc import Sequence

from services.referrals.notices.domain.notice import OLD
from services.referrals.team_letters import store
from shared.contracts.lookup import TeamLooks
from shared.database.tx import Tx
from shared.events.states import Projector


async def put(tx: Tx, gathered: Sequence[TeamLooks]) -> None:
    """Each once. None of long ago: such come when this is read from the beginning, or after an outage of days."""
    for one in gathered:
        if not one.ended and tx.now - one.gathered_at <= OLD:
            await store.add(tx, one)


TEAM_LOOKS = Projector(put=put, forget=store.forget)
