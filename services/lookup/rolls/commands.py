"""A page of the list: one transaction, recorded with every child that it names before any is shown."""

from datetime import timedelta
from uuid import uuid4

from services.lookup.agreed import commands as agreed
from services.lookup.agreed.domain import NotAgreed
from services.lookup.rolls import domain
from services.lookup.rolls.domain import OPTION, ListAsked, ListPage
from services.lookup.standing import commands as standing
from shared.contracts.lookup import ListedChild, RollListed
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def list_roll(tx: Tx, caller: Caller, ask: ListAsked, limit: timedelta) -> ListPage:
    """The children of the caller's school who have an allocated worker today; nothing from records older than `limit`.

    Not on it is whoever is restricted or in doubt, so that it never says of a child that it has no worker. Use what is
    returned only after the transaction has closed. Raises NotAgreed.
    """
    if not await agreed.is_on(tx, caller, OPTION):
        await tx.emit(_fact(caller, ask, ListPage(uuid4(), None, current=False), "not_agreed"))
        raise NotAgreed
    now = await standing.with_workers(tx, caller.school)
    if now.current(tx.now, limit):
        children, following = domain.page(now.told_plainly, ask.after)
        found = ListPage(uuid4(), now.as_of, True, children, following)
    else:
        found = ListPage(uuid4(), None, current=False)
    outcome = ("shown" if found.children else "none_listed") if found.current else "not_current"
    await tx.emit(_fact(caller, ask, found, outcome))
    return found


def _fact(caller: Caller, ask: ListAsked, found: ListPage, outcome: str) -> RollListed:
    return RollListed(
        **caller.indexed(),
        reading_id=found.reading_id,
        children=tuple(child.child_id for child in found.children),
        purpose=ask.purpose,
        reason=ask.reason,
        outcome=outcome,
        shown=tuple(
            ListedChild(
                child_id=child.child_id, given_name=child.given_name, family_name=child.family_name, born=child.born
            )
            for child in found.children
        ),
        as_of=found.as_of,
        continued=bool(ask.after),
    )
