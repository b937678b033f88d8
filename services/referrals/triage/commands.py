"""What triage officers do with a referral: one transaction each, recorded whether it is done or refused.

Each act is locked → rules → act → emit: of two officers who act at once the second sees what the first has done.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Handling, Step
from services.referrals.making.domain.referral import ReferralNotFound
from services.referrals.records.domain import children_of
from services.referrals.triage import store
from services.referrals.triage.domain import ActRefused, Wanted, disturbs, refused, repeats, told_of
from services.referrals.triage.store import Known
from shared.contracts.referrals import (
    Decision,
    HandlingRefused,
    ReferralAcknowledged,
    ReferralDecided,
    ReferralGivenBack,
    ReferralReassigned,
    ReferralTaken,
    SchoolAsked,
)
from shared.contracts.referrals.lists import OfficerNamed
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_officers(tx: Tx) -> list[OfficerNamed]:
    """To whom a referral may be given."""
    return await store.officers(tx)


@dataclass(frozen=True, slots=True)
class Acting:
    """An act that was asked for, on a referral that is locked and allows it."""

    tx: Tx
    caller: Caller
    referral: Known
    stands: Handling

    @property
    def said(self) -> dict[str, Any]:
        """What every fact of an act carries."""
        children = children_of(self.referral.child_id)
        known = {"referral_id": self.referral.referral_id, "reference": self.referral.reference}
        return {**self.caller.indexed(), "children": children, **known}

    @property
    def received(self) -> dict[str, Any]:
        """Who asks or decides has read it: it is acknowledged by that, and theirs."""
        by, at = self.caller.account, self.tx.now
        fields: dict[str, Any] = {} if self.stands.acknowledged_at else {"acknowledged_by": by, "acknowledged_at": at}
        return fields if self.stands.taken_by else {**fields, "taken_by": by, "taken_at": at}


@dataclass(frozen=True, slots=True)
class OnReferral:
    """Which referral, as the officer's page showed it: at which version of its handling."""

    reference: str
    version: int


async def _begin(tx: Tx, caller: Caller, on: OnReferral, wanted: Wanted, step: Step) -> Acting | None:
    """Lock it and see whether it may be done. None: this very step was done already. Raises ReferralNotFound,
    ActRefused."""
    referral = await store.known(tx, on.reference)
    stands = await handling.locked(tx, referral.referral_id) if referral else None
    if referral is None or stands is None:
        await tx.emit(_refusal(caller, on.reference, None, wanted, "not_found"))
        raise ReferralNotFound
    if why := refused(wanted, stands, on.version, caller.account):
        history = await handling.history(tx, referral.referral_id)
        steps = history.steps if history else []
        if history and repeats(step, history.at(on.version + 1)):
            return None
        if why == "changed_meanwhile" and not disturbs(wanted, steps[on.version :]):
            why = refused(wanted, stands, stands.version, caller.account)
        if why:
            await _refuse(tx, caller, referral, wanted, ActRefused(why, stands, told_of(why, steps, on.version)))
    return Acting(tx, caller, referral, stands)


async def _refuse(tx: Tx, caller: Caller, referral: Known, wanted: Wanted, no: ActRefused) -> None:
    await tx.emit(_refusal(caller, referral.reference, referral, wanted, no.outcome))
    raise no


def _refusal(caller: Caller, reference: str, known: Known | None, wanted: Wanted, outcome: str) -> HandlingRefused:
    children = children_of(known.child_id if known else None)
    said = {**caller.indexed(), "children": children, "outcome": outcome, "wanted": wanted, "reference": reference}
    return HandlingRefused(**said, attempt_id=uuid4(), referral_id=known.referral_id if known else None)


async def take(tx: Tx, caller: Caller, on: OnReferral) -> None:
    """Have it, to decide about it; nothing is done for an officer who has it already. Raises as `_begin` does."""
    step = Step("taken", caller.account)
    acting = await _begin(tx, caller, on, "take", step)
    if acting and acting.stands.taken_by is None:
        await handling.act(tx, acting.stands, step, taken_by=caller.account, taken_at=tx.now)
        await tx.emit(ReferralTaken(**acting.said, outcome="taken"))


async def give_back(tx: Tx, caller: Caller, on: OnReferral) -> None:
    step = Step("given_back", caller.account)
    if acting := await _begin(tx, caller, on, "give_back", step):
        await handling.act(tx, acting.stands, step, taken_by=None, taken_at=None)
        await tx.emit(ReferralGivenBack(**acting.said, outcome="given_back"))


async def reassign(tx: Tx, caller: Caller, on: OnReferral, to: UUID) -> None:
    """Give it to an officer, whoever has it now."""
    step = Step("reassigned", caller.account, to_account=to)
    acting = await _begin(tx, caller, on, "reassign", step)
    if acting is None:
        return
    if not await store.is_officer(tx, to):
        await _refuse(tx, caller, acting.referral, "reassign", ActRefused("not_an_officer", acting.stands))
    await handling.act(tx, acting.stands, step, taken_by=to, taken_at=tx.now)
    fact = ReferralReassigned(**acting.said, outcome="reassigned", to_account=to, from_account=acting.stands.taken_by)
    await tx.emit(fact)


async def acknowledge(tx: Tx, caller: Caller, on: OnReferral) -> None:
    """Tell the school that the council has it."""
    step = Step("acknowledged", caller.account)
    if acting := await _begin(tx, caller, on, "acknowledge", step):
        await handling.act(tx, acting.stands, step, acknowledged_by=caller.account, acknowledged_at=tx.now)
        await tx.emit(ReferralAcknowledged(**acting.said, outcome="acknowledged"))


async def ask_school(tx: Tx, caller: Caller, on: OnReferral, question: str) -> None:
    """Ask the school for more; until it answers, the referral waits for the school."""
    step = Step("asked", caller.account, for_school=question)
    if acting := await _begin(tx, caller, on, "ask", step):
        await handling.act(tx, acting.stands, step, **{**acting.received, "asked_at": tx.now})
        await tx.emit(SchoolAsked(**acting.said, outcome="asked"))


async def decide(
    tx: Tx, caller: Caller, on: OnReferral, decision: Decision, for_school: str | None, for_council: str
) -> None:
    """Decide what becomes of it, once. `for_school`: what the school reads; `for_council`: the reasons, which it does
    not."""
    step = Step("decided", caller.account, decision=decision, for_school=for_school, for_council=for_council)
    if acting := await _begin(tx, caller, on, "decide", step):
        done = {"decided_by": caller.account, "decided_at": tx.now, "decision": decision, "asked_at": None}
        await handling.act(tx, acting.stands, step, **{**acting.received, **done})
        await tx.emit(ReferralDecided(**acting.said, outcome="decided", decision=decision))
