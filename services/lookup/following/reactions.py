"""What a search showed is noted, to tell whoever made it of changes since: a reaction to lookup's own fact, so that a
search costs nothing more and knows nothing of this."""

from collections.abc import Sequence

from services.lookup.agreed import commands as agreed
from services.lookup.following import store
from services.lookup.following.domain import OPTION, look_of
from shared.database.tx import Tx
from shared.events.facts import ReceivedFact


async def note(tx: Tx, facts: Sequence[ReceivedFact]) -> None:
    """Of each person, school and child the newest look, where the school's agreement has the option."""
    looks = sorted((look for fact in facts if (look := look_of(fact.event, fact.meta.time))), key=lambda look: look.at)
    schools = await agreed.schools_with(tx, OPTION, {look.school for look in looks}) if looks else set()
    newest = {(look.account, look.school, look.child): look for look in looks if look.school in schools}
    if newest:
        await store.put(tx, [newest[key] for key in sorted(newest)])
