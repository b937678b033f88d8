"""What people ask of referrals. Each function is one transaction and tells one story."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from services.referrals import domain, store
from services.referrals.domain import Calendar, ChildNamed, Concern, Referral
from services.referrals.store import Sent
from shared.contracts.referrals import ReferralMade, ReferralRead, ReferralRefused
from shared.db import Refusal, Tx
from shared.tokens import Caller

REFERENCE_TRIES = 5
"""Two referrals draw one reference once in 887 million; five times running, the source of chance is broken."""


class NotOnRoll(Refusal):
    """This child is not on your school's roll. If you are worried about a child now, call children's services."""


class KeyReused(Refusal):
    """This form was already sent with other answers. Start again from the search to send another one."""


class ReferralNotFound(Refusal):
    """There is no referral with this reference that you may read."""


class ReferencesExhausted(Exception):
    """No free reference was drawn."""


@dataclass(frozen=True, slots=True)
class MakeReferral:
    """Send a concern or an update about a child of the own roll. One key is one referral, however often it is sent."""

    idempotency_key: UUID
    child_id: UUID
    concern: Concern

    def body_sha256(self, caller: Caller) -> bytes:
        """What was sent, and for which school: the same again is the same referral, anything else is not."""
        said = {**asdict(self.concern), "child_id": self.child_id, "school": caller.school}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


async def make_referral(
    tx: Tx, caller: Caller, ask: MakeReferral, calendar: Calendar, choose: Callable[[str], str] = secrets.choice
) -> Referral:
    """Keep a referral and say so, once for each key of an account. Raises NotOnRoll, KeyReused.

    `choose` draws the characters of its reference, so that nobody can guess the next one.
    """
    if sent := await store.sent(tx, caller.account, ask.idempotency_key):
        return await _again(tx, caller, ask, sent)
    if caller.school is None or not await store.is_on_roll(tx, caller.school, ask.child_id, domain.today(tx.now)):
        await _refuse(tx, caller, ask, "not_on_roll")
        raise NotOnRoll
    for _ in range(REFERENCE_TRIES):
        referral = _new(tx, caller, caller.school, ask, calendar, domain.new_reference(choose))
        if await store.add_referral(tx, referral, ask.idempotency_key, ask.body_sha256(caller)):
            await tx.emit(_made(caller, referral))
            return referral
        # Either the same form was sent twice at once and the other was first, or the reference is taken.
        if sent := await store.sent(tx, caller.account, ask.idempotency_key):
            return await _again(tx, caller, ask, sent)
    raise ReferencesExhausted


async def _again(tx: Tx, caller: Caller, ask: MakeReferral, sent: Sent) -> Referral:
    """A key that was used: the same answer for the same body and no second fact; a refusal for any other."""
    if sent.body_sha256 == ask.body_sha256(caller):
        return sent.referral
    await _refuse(tx, caller, ask, "key_reused")
    raise KeyReused


def _new(tx: Tx, caller: Caller, school: str, ask: MakeReferral, calendar: Calendar, reference: str) -> Referral:
    return Referral(
        referral_id=uuid4(),
        reference=reference,
        child_id=ask.child_id,
        school=school,
        agreement=caller.agreement,
        made_by=caller.account,
        made_at=tx.now,
        due_at=calendar.due_at(tx.now),
        concern=ask.concern,
    )


def _made(caller: Caller, referral: Referral) -> ReferralMade:
    """Not a word of the concern."""
    return ReferralMade(
        **caller.indexed(),
        children=(referral.child_id,),
        outcome="made",
        referral_id=referral.referral_id,
        reference=referral.reference,
        kind=referral.concern.kind,
        gate=referral.concern.gate,
        due_at=referral.due_at,
    )


async def _refuse(tx: Tx, caller: Caller, ask: MakeReferral, outcome: str) -> None:
    await tx.emit(ReferralRefused(**caller.indexed(), children=(ask.child_id,), outcome=outcome, attempt_id=uuid4()))


async def read_referral(tx: Tx, caller: Caller, reference: str) -> tuple[Referral, ChildNamed | None]:
    """Read one by its reference: a triage officer any, a school its own. Recorded, found or not (ReferralNotFound)."""
    at_council = caller.role == "triage_officer"
    referral = (
        await store.referral(tx, reference)
        if at_council
        else await store.referral_of_school(tx, caller.school, reference)
    )
    await tx.emit(_read(caller, reference, referral))
    if not referral:
        raise ReferralNotFound
    return referral, await store.child(tx, referral.child_id)


def _read(caller: Caller, reference: str, referral: Referral | None) -> ReferralRead:
    return ReferralRead(
        **caller.indexed(),
        children=(referral.child_id,) if referral else (),
        outcome="shown" if referral else "not_found",
        read_id=uuid4(),
        referral_id=referral.referral_id if referral else None,
        reference=reference,
    )
