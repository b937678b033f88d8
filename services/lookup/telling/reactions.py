"""That a search showed a worker is noted for that worker's team: a reaction to lookup's own fact, as in following."""

from collections.abc import Sequence

from services.lookup.agreed import commands as agreed
from services.lookup.telling import store
from services.lookup.telling.domain import OPTION, shown_workers
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def note(tx: Tx, facts: Sequence[ReceivedFact]) -> None:
    """Of each school, child, team and day once, where the school's agreement has the option."""
    shown = [one for fact in facts for one in shown_workers(fact.event, fact.meta.time)]
    schools = await agreed.schools_with(tx, OPTION, {one.school for one in shown}) if shown else set()
    if schools:
        await store.add(tx, [one for one in shown if one.school in schools])
