"""A school reads what it has sent and answers what it is asked: one transaction each, recorded whatever comes of it."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Handling, Step
from services.referrals.making.domain.referral import ReferralNotFound
from services.referrals.reading import commands as reading
from services.referrals.records.domain import children_of
from services.referrals.sent import store
from services.referrals.sent.domain import NothingAsked, SentPage, SentReferral, awaits
from services.referrals.sent.store import LastAsked, SentFilter
from shared.contracts.referrals import AnswerRefused, QuestionAnswered, SentListRead
from shared.database.tx import Tx
from shared.web.tokens import Caller

PAGE = 25


async def list_sent(
    tx: Tx, caller: Caller, child_id: UUID | None = None, days: int | None = None, after: str | None = None
) -> SentPage:
    """A page of what the acting school has sent, by whomever of it; the newest first.

    `child_id`: about this child only. `days`: of the last days only. `after`: those older than the one of this
    reference. Recorded, with every child that is named in it.
    """
    since = tx.now - timedelta(days=days) if days else None
    found = await store.lines(tx, caller.school or "", SentFilter(child_id, since, after), PAGE + 1)
    lines = tuple(found[:PAGE])
    await tx.emit(
        SentListRead(
            **caller.indexed(),
            children=tuple({line.child_id: None for line in lines if line.child_id}),
            outcome="shown",
            read_id=uuid4(),
            asked_child=child_id,
            shown=tuple(line.referral_id for line in lines),
        )
    )
    return SentPage(lines, more=len(found) > PAGE, asked=await store.waiting(tx, caller.school or ""))


async def read_sent(tx: Tx, caller: Caller, reference: str, limit: timedelta) -> SentReferral:
    """One of the acting school's, with where it stands. Raises ReferralNotFound; recorded as any reading of one."""
    referral, _ = await reading.read_referral(tx, caller, reference, limit)
    stands = await store.stands(tx, referral.referral_id)
    assert stands  # a trigger of the table sees to it
    return SentReferral(referral, stands, await store.steps(tx, referral.referral_id))


async def answer(tx: Tx, caller: Caller, reference: str, question: int, words: str) -> None:
    """Answer what the council asked about a referral of the acting school; `question` is its place in the history.

    The same words by the same person once more change nothing. Raises ReferralNotFound, or NothingAsked: a colleague
    was quicker, it was decided meanwhile, or another question was asked since.
    """
    found = await store.id_of(tx, caller.school, reference)
    stands = await handling.locked(tx, found[0]) if found else None
    if found is None or stands is None:
        await tx.emit(_refused(caller, reference, None, "not_found"))
        raise ReferralNotFound
    asked = await store.last_asked(tx, stands.referral_id)
    if _again(caller, asked, question, words):
        return
    if not awaits(stands, question, asked.place if asked else None):
        await tx.emit(_refused(caller, reference, found, "nothing_asked"))
        raise NothingAsked
    await _answered(tx, caller, reference, stands, words, found[1])


def _again(caller: Caller, asked: LastAsked | None, question: int, words: str) -> bool:
    """Whether this very answer has been given: pressed twice."""
    said = (question, caller.account, words)
    return asked is not None and (asked.place, asked.answered_by, asked.answer) == said


async def _answered(
    tx: Tx, caller: Caller, reference: str, stands: Handling, words: str, child_id: UUID | None
) -> None:
    await handling.act(tx, stands, Step("answered", caller.account, for_school=words), asked_at=None)
    await tx.emit(
        QuestionAnswered(
            **caller.indexed(),
            children=children_of(child_id),
            outcome="answered",
            referral_id=stands.referral_id,
            reference=reference,
        )
    )


def _refused(caller: Caller, reference: str, found: tuple[UUID, UUID | None] | None, outcome: str) -> AnswerRefused:
    return AnswerRefused(
        **caller.indexed(),
        children=children_of(found[1] if found else None),
        outcome=outcome,
        attempt_id=uuid4(),
        referral_id=found[0] if found else None,
        reference=reference,
    )
