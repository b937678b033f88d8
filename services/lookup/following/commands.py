"""Telling somebody what has changed since they looked: one transaction, recorded before anything is told."""

from datetime import timedelta
from uuid import uuid4

from services.lookup.agreed import commands as agreed
from services.lookup.agreed.domain import NotAgreed
from services.lookup.following import domain, store
from services.lookup.following.domain import CHANGES_MAX, OPTION, Changes
from services.lookup.settings import Settings
from services.lookup.standing import commands as standing
from shared.contracts.lookup import ChangedChild, ChangesShown
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.web.tokens import Caller

FORGOTTEN_BATCH = 1000


async def read_changes(tx: Tx, caller: Caller, untold: bool, limit: timedelta) -> Changes:
    """Which children whom the caller searched for have other workers now; records older than `limit` tell nothing.

    `untold`: only what they were not told before. Use what is returned only after the transaction has closed. Raises
    NotAgreed.
    """
    if not await agreed.is_on(tx, caller, OPTION):
        await tx.emit(ChangesShown(**caller.indexed(), reading_id=uuid4(), outcome="not_agreed"))
        raise NotAgreed
    looks = await store.looks(tx, caller.account, caller.school)
    now = await standing.of_these(tx, caller.school, list(looks))
    if not now.current(tx.now, limit):
        changes = Changes(uuid4(), None, current=False)
    else:
        found = domain.changed(looks, now.told_plainly, untold)
        changes = Changes(uuid4(), now.as_of, True, tuple(found[:CHANGES_MAX]), len(found) > CHANGES_MAX)
    await store.put_told(tx, caller.account, caller.school, changes.changed)
    await tx.emit(_fact(caller, changes))
    return changes


def _fact(caller: Caller, changes: Changes) -> ChangesShown:
    shown = tuple(
        ChangedChild(
            child_id=one.child.child_id, given_name=one.child.given_name, family_name=one.child.family_name,
            born=one.child.born, change=one.change,
        )
        for one in changes.changed
    )  # fmt: skip
    outcome = ("shown" if shown else "nothing_changed") if changes.current else "not_current"
    children = tuple(one.child_id for one in shown)
    said = {**caller.indexed(), "children": children, "outcome": outcome}
    return ChangesShown(**said, reading_id=changes.reading_id, shown=shown, as_of=changes.as_of)


async def forget(database: Database, settings: Settings) -> None:
    """Periodic work: delete what was seen too long ago to be told of changes since, or is agreed no more."""
    forgotten = FORGOTTEN_BATCH
    while forgotten == FORGOTTEN_BATCH:
        async with database.by_itself("forget_looks") as tx:
            forgotten = await store.forget(tx, tx.now - settings.follow, FORGOTTEN_BATCH)
