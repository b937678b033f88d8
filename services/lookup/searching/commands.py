"""A search: one transaction, in which it is read, decided and recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.lookup.matching.domain import whole, written
from services.lookup.searching import domain, store
from services.lookup.searching.domain import CloseMatch, Meant, Question, SearchAnswer
from services.lookup.settings import Settings
from shared import typed
from shared.clock import today
from shared.contracts.lookup import Asked, Purpose, SearchMade, Shown
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.web.tokens import Caller

CONFIRMED_WITHIN = timedelta(hours=12)
"""How long a close match may be confirmed; a page about a child is of no use for longer."""


@dataclass(frozen=True, slots=True)
class SearchChild:
    """Does this child, on the roll of my school, have a worker? `reason` where the purpose is other.

    `confirms`: the search that showed a close match of which the person says that it is the child.
    """

    question: Question
    purpose: Purpose
    reason: str | None = None
    confirms: UUID | None = None


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
    meant = domain.meant(ask.question, found)
    shown = await _shown_before(tx, caller, ask.confirms)
    meant = meant.confirmed(shown.child_id if shown else None)
    answer = domain.answer(meant, found.as_of, tx.now, limit, found.lapsed)
    made = _made(caller, ask, meant, answer, shown)
    await tx.emit(made)
    if answer.outcome == "close":
        await store.add_close_match(tx, caller, made.search_id, meant.children[0].child_id)
    return Searched(made.search_id, answer)


async def _shown_before(tx: Tx, caller: Caller, search_id: UUID | None) -> CloseMatch | None:
    """The close match that this search showed to this person at this school; None: it did not, or too long ago.

    The child is taken from what was kept then, never from who asks; and whether it is still the one that is meant is
    decided anew.
    """
    shown = await store.close_match(tx, search_id, tx.now - CONFIRMED_WITHIN) if search_id else None
    return shown if shown and (shown.account, shown.school) == (caller.account, caller.school) else None


async def forget_close_matches(database: Database, settings: Settings) -> None:
    """Periodic: those that can no longer be confirmed."""
    async with database.by_itself("forget_close_matches") as tx:
        await store.forget_close_matches(tx, datetime.now(UTC) - CONFIRMED_WITHIN)


def _made(
    caller: Caller, ask: SearchChild, meant: Meant, answer: SearchAnswer, confirms: CloseMatch | None
) -> SearchMade:
    children = tuple(match.child_id for match in meant.children)
    is_confirmed = confirms is not None and children == (confirms.child_id,)
    return SearchMade(
        **caller.indexed(),
        search_id=uuid4(),
        children=children,
        purpose=ask.purpose,
        reason=ask.reason,
        outcome=answer.outcome,
        asked=_asked(ask.question),
        shown=_shown(answer),
        as_of=answer.as_of,
        doubtful=answer.doubtful,
        confirms=confirms.search_id if confirms and is_confirmed else None,
        differs=meant.differs,
        tells_apart=answer.tells_apart,
    )


def _asked(question: Question) -> Asked:
    upn = typed.upn(question.upn) if question.upn else None
    born = whole(question.born)
    part = written(question.born) if question.born and not born else None
    names = {"given_name": question.given_name, "family_name": question.family_name}
    return Asked(upn=upn, **names, born=born, born_part=part)


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
