"""Sending a referral: one transaction, which keeps it and emits that it was made, or that it was refused."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from uuid import UUID, uuid4

from services.referrals.making import store
from services.referrals.making.domain.concern import Concern, ToMend
from services.referrals.making.domain.reference import ReferencesExhausted, new_reference
from services.referrals.making.domain.referral import ChildDescribed, ChildSent, KeyReused, Referral
from services.referrals.making.domain.roll import DESCRIBED, NotOnRoll, RollCheck, may_write
from services.referrals.making.store import SentUnderKey
from services.referrals.records.domain import children_of
from services.referrals.settings import Settings
from shared.clock import is_current, today
from shared.contracts.referrals import ReferralMade, ReferralRefused
from shared.contracts.referrals.answers import Receipt
from shared.database.tx import Tx
from shared.web.tokens import Caller

REFERENCE_TRIES = 5
"""Two referrals draw one reference once in 887 million; five times running, the source of chance is broken."""
ADDED = ("urgency", "lowered_from", "parents_agree")
"""Fields of a concern that yesterday's code did not have. Where they are None they are left out of the hash, so that a
form that was sent to yesterday's code is known again."""


@dataclass(frozen=True, slots=True)
class MakeReferral:
    """Send a concern or an update about a child on the own roll, or one that is described because it is not on it.

    One key is one referral, however often it is sent.
    """

    idempotency_key: UUID
    child_id: UUID | None
    concern: Concern
    child: ChildSent | None = None

    def body_sha256(self, caller: Caller) -> bytes:
        """Of what was written, and for which school: under a key that was used, another hash is refused."""
        concern = {k: v for k, v in asdict(self.concern).items() if k not in ADDED or v is not None}
        said = {**concern, "child_id": self.child_id, "school": caller.school}
        said |= asdict(self.child) if isinstance(self.child, ChildDescribed) else {}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


async def make_referral(
    tx: Tx, caller: Caller, ask: MakeReferral, settings: Settings, choose: Callable[[str], str] = secrets.choice
) -> Receipt:
    """Keep a referral and emit ReferralMade, once for each key of an account. Raises ToMend, NotOnRoll, KeyReused.

    `choose` draws the characters of its reference, so that nobody can guess the next one.
    """
    if sent := await store.sent(tx, caller.account, ask.idempotency_key):
        return await _again(tx, caller, ask, sent)
    if faults := ask.concern.faults(tx.now):
        raise ToMend(faults)
    school, checked = await _on_roll(tx, caller, ask, settings)
    draft = await _draft(tx, caller, school, ask, settings, checked)
    for _ in range(REFERENCE_TRIES):
        referral = replace(draft, reference=new_reference(choose))
        if await store.add_referral(tx, referral, ask.idempotency_key, ask.body_sha256(caller)):
            await tx.emit(_made(caller, referral))
            return Receipt.model_validate(referral)
        # Either the same form was sent twice at once and the other was first, or the reference is taken.
        if sent := await store.sent(tx, caller.account, ask.idempotency_key):
            return await _again(tx, caller, ask, sent)
    raise ReferencesExhausted


async def receipt_of(tx: Tx, account: UUID, idempotency_key: UUID) -> Receipt | None:
    """What this account was told of what it sent under this key; None: nothing was sent."""
    sent = await store.sent(tx, account, idempotency_key)
    return sent.receipt if sent else None


async def _on_roll(tx: Tx, caller: Caller, ask: MakeReferral, settings: Settings) -> tuple[str, RollCheck]:
    """The school that may write about this child, and against what that was checked; nothing, of a child that is
    described. Raises NotOnRoll."""
    roll = await store.roll(tx, caller.school, ask.child_id, today(tx.now)) if ask.child_id else DESCRIBED
    checked = RollCheck(roll.as_of, is_current(roll.as_of, tx.now, settings.freshness_limit))
    if caller.school is None or not may_write(roll, checked):
        outcome = "not_on_roll" if checked.current else "not_current"
        await _refuse(tx, caller, ask, outcome, checked)
        raise NotOnRoll(checked)
    return caller.school, checked


async def _again(tx: Tx, caller: Caller, ask: MakeReferral, sent: SentUnderKey) -> Receipt:
    """A key that was used before: the same answer for the same body, and no second fact; a refusal for any other."""
    if sent.body_sha256 == ask.body_sha256(caller):
        return sent.receipt
    await _refuse(tx, caller, ask, "key_reused", None)
    raise KeyReused


async def _draft(
    tx: Tx, caller: Caller, school: str, ask: MakeReferral, settings: Settings, checked: RollCheck
) -> Referral:
    """All of it but its reference."""
    return Referral(
        referral_id=uuid4(),
        reference="",
        child_id=ask.child_id,
        about=ask.child_id,
        school=school,
        agreement=caller.agreement,
        made_by=caller.account,
        made_at=tx.now,
        due_at=settings.calendar.due_at(tx.now),
        concern=ask.concern,
        sender=await store.sender(tx, school, caller.account, caller.role),
        child=ask.child,
        roll_as_of=checked.as_of,
        roll_current=checked.current,
    )


def _made(caller: Caller, referral: Referral) -> ReferralMade:
    """Without a word of the concern."""
    return ReferralMade(
        **caller.indexed(),
        children=children_of(referral.child_id),
        outcome="made",
        referral_id=referral.referral_id,
        reference=referral.reference,
        kind="update" if referral.concern.kind == "update" else "concern",
        early_help=referral.concern.kind == "early_help",
        described=isinstance(referral.child, ChildDescribed),
        gate=referral.concern.gate,
        due_at=referral.due_at,
        urgency=referral.concern.urgency,
        lowered_from=referral.concern.lowered_from,
        roll_as_of=referral.roll_as_of,
        roll_current=referral.roll_current,
    )


async def _refuse(tx: Tx, caller: Caller, ask: MakeReferral, outcome: str, checked: RollCheck | None) -> None:
    as_of = checked.as_of if checked else None
    said = {**caller.indexed(), "children": children_of(ask.child_id), "outcome": outcome}
    await tx.emit(ReferralRefused(**said, attempt_id=uuid4(), roll_as_of=as_of))
