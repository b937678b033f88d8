"""Linking a described child to one of the records: one transaction each, recorded also where it is refused."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from services.referrals.linking import store
from services.referrals.linking.domain import Linking, LinkingRefused, SoughtByName, refused
from services.referrals.making.domain.referral import ReferralNotFound
from services.referrals.records.domain import children_of
from services.referrals.settings import Settings
from shared.clock import is_current, today
from shared.contracts.referrals import CandidatesShown, LinkRefused, ReferralLinked
from shared.contracts.referrals.lists import CandidateChild, CandidatesFound
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.web.tokens import Caller

CANDIDATES_MAX = 20
KEYED_AT_ONCE, KEYED_ROUNDS = 500, 40


async def read_linking(tx: Tx, caller: Caller, reference: str) -> tuple[Linking, CandidateChild | None]:
    """What the school described, and the child that was found for it, if one was. Raises ReferralNotFound."""
    linking = await _known(tx, caller, reference)
    child = await store.child(tx, linking.child_id, today(tx.now)) if linking.child_id else None
    await tx.emit(_shown(caller, reference, linking, children_of(linking.child_id)))
    return linking, child


async def find_candidates(
    tx: Tx, caller: Caller, reference: str, sought: str | SoughtByName, limit: timedelta
) -> CandidatesFound:
    """Children of the records who may be the one that was described: by a UPN, or by name and day of birth, or nearly.

    All the council's children are looked through, whatever school they are at. Raises ReferralNotFound.
    """
    linking = await _known(tx, caller, reference)
    children = await _meant(tx, sought)
    shown = tuple(children[:CANDIDATES_MAX])
    await tx.emit(_shown(caller, reference, linking, tuple(one.child_id for one in shown)))
    as_of = await store.records_as_of(tx)
    current = is_current(as_of, tx.now, limit)
    return CandidatesFound(candidates=shown, more=len(children) > len(shown), as_of=as_of, current=current)


async def _meant(tx: Tx, sought: str | SoughtByName) -> list[CandidateChild]:
    if isinstance(sought, str):
        return await store.by_upn(tx, sought, today(tx.now))
    return sought.meant(await store.alike(tx, sought, today(tx.now)))


async def link_child(tx: Tx, caller: Caller, reference: str, version: int, child_id: UUID | None) -> None:
    """Say which child of the records a referral is about; None: take that back. Nothing is done if it says so already.

    Raises ReferralNotFound, LinkingRefused.
    """
    linking = await _known(tx, caller, reference)
    await handling.locked(tx, linking.referral_id)
    linking = await _known(tx, caller, reference)  # as it is now that it is locked
    history = await handling.history(tx, linking.referral_id)
    assert history is not None
    if linking.described and linking.child_id == child_id:
        return
    if why := refused(linking, history, version):
        await _refuse(tx, caller, reference, linking, why)
    if child_id and not await store.child(tx, child_id, today(tx.now)):
        await _refuse(tx, caller, reference, linking, "no_such_child")
    await _put(tx, caller, linking, child_id)
    await handling.act(tx, history.handling, Step("linked" if child_id else "unlinked", by=caller.account))
    await tx.emit(_linked(caller, reference, linking, child_id))


async def _put(tx: Tx, caller: Caller, linking: Linking, child_id: UUID | None) -> None:
    if child_id:
        await store.put_link(tx, linking.referral_id, child_id, caller.account)
    else:
        await store.delete_link(tx, linking.referral_id)


async def _known(tx: Tx, caller: Caller, reference: str) -> Linking:
    linking = await store.linking(tx, reference)
    if linking is None:
        await tx.emit(_refusal(caller, reference, None, "not_found"))
        raise ReferralNotFound
    return linking


async def _refuse(tx: Tx, caller: Caller, reference: str, linking: Linking, outcome: str) -> None:
    await tx.emit(_refusal(caller, reference, linking, outcome))
    raise LinkingRefused(outcome)


async def compute_keys(database: Database, settings: Settings) -> None:
    """Periodic: give keys to children that have none (yesterday's code kept or renamed them) or older ones."""
    for _ in range(KEYED_ROUNDS):
        async with database.by_itself("compute_keys") as tx:
            if await store.compute_keys(tx, KEYED_AT_ONCE) < KEYED_AT_ONCE:
                break


def _refusal(caller: Caller, reference: str, linking: Linking | None, outcome: str) -> LinkRefused:
    referral_id = linking.referral_id if linking else None
    said = {**caller.indexed(), "outcome": outcome, "reference": reference, "referral_id": referral_id}
    return LinkRefused(**said, attempt_id=uuid4())


def _shown(caller: Caller, reference: str, linking: Linking, children: tuple[UUID, ...]) -> CandidatesShown:
    said = {**caller.indexed(), "children": children, "outcome": "shown", "reference": reference}
    return CandidatesShown(**said, read_id=uuid4(), referral_id=linking.referral_id)


def _linked(caller: Caller, reference: str, linking: Linking, child_id: UUID | None) -> ReferralLinked:
    """Under the child from which it was taken away too."""
    children = tuple(one for one in (child_id, linking.child_id) if one)
    said = {**caller.indexed(), "children": children, "outcome": "linked" if child_id else "unlinked"}
    return ReferralLinked(**said, referral_id=linking.referral_id, reference=reference, child_id=child_id)
