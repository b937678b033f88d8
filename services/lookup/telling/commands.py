"""What schools looked at is gathered for each team, once a day, when the day is over."""

from uuid import uuid4

from services.lookup.agreed import commands as agreed
from services.lookup.settings import Settings
from services.lookup.telling import domain, store
from services.lookup.telling.domain import FORGOTTEN_AFTER, OPTION
from shared.clock import today
from shared.contracts.lookup import TeamLooks
from shared.database.pool import Database
from shared.database.tx import Tx


async def gather(database: Database, _: Settings) -> None:
    """Periodic work: gather for each team what waits for it, one team a transaction; forget what is long over."""
    gathered = True
    while gathered:
        async with database.by_itself("gather_team_looks") as tx:
            gathered = await gather_one(tx)
    async with database.by_itself("forget_team_looks") as tx:
        ids = await store.forget_gathered(tx, today(tx.now - FORGOTTEN_AFTER))
        await tx.forget(TeamLooks, *map(str, ids))


async def gather_one(tx: Tx) -> bool:
    """Gather for one team, without schools whose option is off by now. False: nothing is to be gathered for any."""
    team_id = await store.next_team(tx, today(tx.now))
    if team_id is None:
        return False
    waiting = await store.take(tx, team_id, today(tx.now))
    schools = await agreed.schools_with(tx, OPTION, {look.school for look in waiting})
    looks = [look for look in waiting if look.school in schools]
    if looks:
        gathered_id = uuid4()
        await store.put_gathered(tx, gathered_id, team_id, today(tx.now))
        await tx.emit(*domain.facts(gathered_id, team_id, looks), domain.state(gathered_id, team_id, looks, tx.now))
    return True
