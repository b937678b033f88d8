"""What people ask of referrals. Each function is one transaction and tells one story."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from uuid import UUID, uuid4

from services.referrals import domain, store
from services.referrals.domain import (
    Checked,
    ChildWritten,
    Concern,
    Fault,
    KeyReused,
    NotOnRoll,
    Present,
    Referral,
    ReferralNotFound,
    Rules,
    Sender,
)
from services.referrals.store import Sent
from shared.contracts.referrals import ReferralMade, ReferralRead, ReferralRefused
from shared.database.tx import Tx
from shared.web.tokens import Caller

REFERENCE_TRIES = 5
"""Two referrals draw one reference once in 887 million; five times running, the source of chance is broken."""


ADDED = ("urgency", "lowered_from")
"""What a concern has more than yesterday's: not part of the hash of one that has neither, so that a form which was sent
to yesterday's code is known again."""


class ToMend(Exception):
    """The concern cannot be sent as it is. Nothing was asked, so nothing is kept."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


class ReferencesExhausted(Exception):
    """No free reference was drawn."""


@dataclass(frozen=True, slots=True)
class MakeReferral:
    """Send a concern or an update about a child of the own roll. One key is one referral, however often it is sent."""

    idempotency_key: UUID
    child_id: UUID
    concern: Concern
    child: ChildWritten | None = None
    """As the sender's page showed it."""

    def body_sha256(self, caller: Caller) -> bytes:
        """What was said, and for which school: the same again is the same referral, anything else is not."""
        concern = {k: v for k, v in asdict(self.concern).items() if k not in ADDED or v is not None}
        said = {**concern, "child_id": self.child_id, "school": caller.school}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


async def make_referral(
    tx: Tx, caller: Caller, ask: MakeReferral, rules: Rules, choose: Callable[[str], str] = secrets.choice
) -> Referral:
    """Keep a referral and say so, once for each key of an account. Raises ToMend, NotOnRoll, KeyReused.

    `choose` draws the characters of its reference, so that nobody can guess the next one.
    """
    if sent := await store.sent(tx, caller.account, ask.idempotency_key):
        return await _again(tx, caller, ask, sent)
    if faults := ask.concern.faults(tx.now):
        raise ToMend(faults)
    school, checked = await _on_roll(tx, caller, ask, rules)
    draft = await _draft(tx, caller, school, ask, rules, checked)
    for _ in range(REFERENCE_TRIES):
        referral = replace(draft, reference=domain.new_reference(choose))
        if await store.add_referral(tx, referral, ask.idempotency_key, ask.body_sha256(caller)):
            await tx.emit(_made(caller, referral))
            return referral
        # Either the same form was sent twice at once and the other was first, or the reference is taken.
        if sent := await store.sent(tx, caller.account, ask.idempotency_key):
            return await _again(tx, caller, ask, sent)
    raise ReferencesExhausted


async def _on_roll(tx: Tx, caller: Caller, ask: MakeReferral, rules: Rules) -> tuple[str, Checked]:
    """The school that may write of this child, and how well that is known. Raises NotOnRoll."""
    roll = await store.roll(tx, caller.school, ask.child_id, domain.today(tx.now))
    checked = Checked(roll.as_of, domain.is_current(roll.as_of, tx.now, rules.freshness_limit))
    if caller.school is None or not domain.may_write(roll, checked):
        outcome = "not_on_roll" if checked.current else "not_current"
        await _refuse(tx, caller, ask, outcome, checked)
        raise NotOnRoll(checked)
    return caller.school, checked


async def _again(tx: Tx, caller: Caller, ask: MakeReferral, sent: Sent) -> Referral:
    """A key that was used: the same answer for the same body and no second fact; a refusal for any other."""
    if sent.body_sha256 == ask.body_sha256(caller):
        return sent.referral
    await _refuse(tx, caller, ask, "key_reused", None)
    raise KeyReused


async def _draft(tx: Tx, caller: Caller, school: str, ask: MakeReferral, rules: Rules, checked: Checked) -> Referral:
    """All of it but its reference."""
    return Referral(
        referral_id=uuid4(),
        reference="",
        child_id=ask.child_id,
        school=school,
        agreement=caller.agreement,
        made_by=caller.account,
        made_at=tx.now,
        due_at=rules.calendar.due_at(tx.now),
        concern=ask.concern,
        sender=await store.sender(tx, school, caller.account, caller.role),
        child_written=ask.child,
        roll_as_of=checked.as_of,
        roll_current=checked.current,
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
        urgency=referral.concern.urgency,
        lowered_from=referral.concern.lowered_from,
        roll_as_of=referral.roll_as_of,
        roll_current=referral.roll_current,
    )


async def _refuse(tx: Tx, caller: Caller, ask: MakeReferral, outcome: str, checked: Checked | None) -> None:
    as_of = checked.as_of if checked else None
    said = {**caller.indexed(), "children": (ask.child_id,), "outcome": outcome}
    await tx.emit(ReferralRefused(**said, attempt_id=uuid4(), roll_as_of=as_of))


async def read_referral(tx: Tx, caller: Caller, reference: str, rules: Rules) -> tuple[Referral, Present | None]:
    """Read one by its reference: a triage officer any, a school its own. Recorded, found or not (ReferralNotFound).

    A school reads what it wrote; what the council's records say of the child now is for the council's own.
    """
    at_council = caller.role == "triage_officer"
    referral = (
        await store.referral(tx, reference)
        if at_council
        else await store.referral_of_school(tx, caller.school, reference)
    )
    await tx.emit(_read(caller, reference, referral))
    if not referral:
        raise ReferralNotFound
    return await _sender_named(tx, referral), await _present(tx, referral, rules) if at_council else None


async def _sender_named(tx: Tx, referral: Referral) -> Referral:
    """With today's names of the school and of who sent it, where those of then are not known."""
    then = referral.sender
    now = await store.sender(tx, referral.school, referral.made_by, then.role)
    named = Sender(then.school_name or now.school_name, then.name or now.name, then.role)
    return replace(referral, sender=named)


async def _present(tx: Tx, referral: Referral, rules: Rules) -> Present:
    child, as_of = await store.child_now(tx, referral.child_id, domain.today(tx.now))
    return Present(child, as_of, domain.is_current(as_of, tx.now, rules.freshness_limit))


def _read(caller: Caller, reference: str, referral: Referral | None) -> ReferralRead:
    return ReferralRead(
        **caller.indexed(),
        children=(referral.child_id,) if referral else (),
        outcome="shown" if referral else "not_found",
        read_id=uuid4(),
        referral_id=referral.referral_id if referral else None,
        reference=reference,
    )
