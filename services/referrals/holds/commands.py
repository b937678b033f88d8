"""Setting and lifting legal holds, and reading which stand: one transaction each, recorded also where it is refused."""

from typing import Any
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.holds import store
from services.referrals.holds.domain import HeldAlready, Hold, Holdable, NotHeldNow
from services.referrals.making.domain.referral import ReferralNotFound
from services.referrals.records.domain import children_of
from shared.contracts.referrals import HoldLifted, HoldRefused, HoldSet, HoldsRead
from shared.database.tx import Tx
from shared.web.tokens import Caller

HOLDS_MAX = 500


async def read_holds(tx: Tx, caller: Caller) -> list[Hold]:
    """The newest of those that stand."""
    found = await store.holds(tx, HOLDS_MAX)
    children = tuple({one.child_id: None for one in found if one.child_id})
    shown = tuple(one.referral_id for one in found)
    await tx.emit(HoldsRead(**caller.indexed(), children=children, outcome="shown", read_id=uuid4(), shown=shown))
    return found


async def set_hold(tx: Tx, caller: Caller, reference: str, why: str) -> None:
    """From now on nothing of it is deleted. Raises ReferralNotFound, HeldAlready."""
    referral = await _locked(tx, caller, reference)
    if referral.hold_id:
        await tx.emit(_refusal(caller, reference, referral, "already_held"))
        raise HeldAlready
    hold_id = uuid4()
    await store.add(tx, hold_id, referral.referral_id, caller.account, why)
    await tx.emit(HoldSet(**_said(caller, referral, hold_id), outcome="set"))


async def lift_hold(tx: Tx, caller: Caller, reference: str) -> None:
    """It goes when its time is over, which may be at once. Raises ReferralNotFound, NotHeldNow."""
    referral = await _locked(tx, caller, reference)
    if referral.hold_id is None:
        await tx.emit(_refusal(caller, reference, referral, "not_held"))
        raise NotHeldNow
    await store.lift(tx, referral.hold_id, caller.account)
    await tx.emit(HoldLifted(**_said(caller, referral, referral.hold_id), outcome="lifted"))


async def _locked(tx: Tx, caller: Caller, reference: str) -> Holdable:
    """The referral, which nobody deletes and nobody else holds until this transaction has ended."""
    known = await store.holdable(tx, reference)
    if known and await handling.locked(tx, known.referral_id) and (now := await store.holdable(tx, reference)):
        return now
    await tx.emit(_refusal(caller, reference, None, "not_found"))
    raise ReferralNotFound


def _said(caller: Caller, referral: Holdable, hold_id: UUID) -> dict[str, Any]:
    known = {"hold_id": hold_id, "referral_id": referral.referral_id, "reference": referral.reference}
    return {**caller.indexed(), "children": children_of(referral.child_id), **known}


def _refusal(caller: Caller, reference: str, referral: Holdable | None, outcome: str) -> HoldRefused:
    children = children_of(referral.child_id if referral else None)
    said = {**caller.indexed(), "children": children, "outcome": outcome, "reference": reference}
    return HoldRefused(**said, attempt_id=uuid4(), referral_id=referral.referral_id if referral else None)
