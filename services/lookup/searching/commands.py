"""What people ask of lookup. Each function is one transaction and tells one story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

from services.lookup import domain, store
from services.lookup.domain import Answer, Held, Question
from shared import typed
from shared.contracts.lookup import Asked, SearchMade, Shown, ShownWorker
from shared.database.tx import Tx
from shared.web.tokens import Caller

Purpose = Literal["welfare", "update", "planning", "records", "other"]


@dataclass(frozen=True, slots=True)
class SearchChild:
    """Does this child, on the roll of my school, have a worker? `reason` where the purpose is other."""

    question: Question
    purpose: Purpose
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """An answer and the number of its record."""

    search_id: UUID
    answer: Answer


async def search_child(tx: Tx, caller: Caller, ask: SearchChild, limit: timedelta) -> Searched:
    """Answer a question that has no faults, and say so: one SearchMade for each, whatever the outcome.

    `limit` is the age from which the records give no plain answer.
    """
    held = await store.held(tx, caller.school, ask.question, domain.today(tx.now))
    answer = domain.answer(held, tx.now, limit)
    made = _made(caller, ask, held, answer)
    await tx.emit(made)
    # Until the commit there is no answer: the caller of this function builds nothing of it before.
    return Searched(made.search_id, answer)


def _made(caller: Caller, ask: SearchChild, held: Held, answer: Answer) -> SearchMade:
    return SearchMade(
        **caller.indexed(),
        search_id=uuid4(),
        children=tuple(match.child_id for match in held.matches),
        purpose=ask.purpose,
        reason=ask.reason,
        outcome=answer.outcome,
        asked=_asked(ask.question),
        shown=_shown(answer),
        as_of=answer.as_of,
        doubtful=answer.doubtful,
    )


def _asked(question: Question) -> Asked:
    upn = typed.upn(question.upn) if question.upn else None
    return Asked(upn=upn, given_name=question.given_name, family_name=question.family_name, born=question.born)


def _shown(answer: Answer) -> Shown:
    """What the answer shows, field by field."""
    if not answer.child:
        return Shown()
    workers = tuple(ShownWorker.model_validate(worker, from_attributes=True) for worker in answer.workers)
    return Shown(
        given_name=answer.child.given_name,
        family_name=answer.child.family_name,
        born=answer.child.born,
        workers=workers,
        duty_team=answer.duty.team if answer.duty else None,
        duty_phone=answer.duty.phone if answer.duty else None,
        duty_hours=answer.duty.hours if answer.duty else None,
        out_of_hours_phone=answer.duty.out_of_hours_phone if answer.duty else None,
    )
