"""A search: one transaction, in which it is read, decided and recorded."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from services.lookup.searching import domain, store
from services.lookup.searching.domain import Findings, Question, SearchAnswer
from shared import typed
from shared.clock import today
from shared.contracts.lookup import Asked, Purpose, SearchMade, Shown
from shared.database.tx import Tx
from shared.web.tokens import Caller


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
    answer: SearchAnswer


async def search_child(tx: Tx, caller: Caller, ask: SearchChild, limit: timedelta) -> Searched:
    """Answer a question that has no faults, and emit one SearchMade, whatever the outcome.

    Records older than `limit` give no plain answer. Use what is returned only after the transaction has closed: until
    the commit there is no answer.
    """
    found = await store.search(tx, caller.school, ask.question, today(tx.now))
    answer = domain.answer(found, tx.now, limit)
    made = _made(caller, ask, found, answer)
    await tx.emit(made)
    return Searched(made.search_id, answer)


def _made(caller: Caller, ask: SearchChild, found: Findings, answer: SearchAnswer) -> SearchMade:
    return SearchMade(
        **caller.indexed(),
        search_id=uuid4(),
        children=tuple(match.child_id for match in found.matches),
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


def _shown(answer: SearchAnswer) -> Shown:
    """What the answer shows, field by field."""
    if not answer.child:
        return Shown()
    return Shown(
        given_name=answer.child.given_name,
        family_name=answer.child.family_name,
        born=answer.child.born,
        workers=answer.workers,
        duty_team=answer.duty.team if answer.duty else None,
        duty_phone=answer.duty.phone if answer.duty else None,
        duty_hours=answer.duty.hours if answer.duty else None,
        out_of_hours_phone=answer.duty.out_of_hours_phone if answer.duty else None,
    )
