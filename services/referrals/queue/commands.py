"""Reading a page of the queue: one transaction, recorded before it is answered."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.referrals.queue import store
from services.referrals.queue.domain import Mark, QueuedReferral, QueueFilter, QueuePage
from shared.clock import today
from shared.contracts.referrals import QueueRead
from shared.database.tx import Tx
from shared.web.tokens import Caller

PAGE = 25
HIGHEST = UUID(int=2**128 - 1)
AHEAD = timedelta(days=1)
"""Further than the clock of any process that decides is ahead of this one's."""


async def read_queue(tx: Tx, caller: Caller, wanted: QueueFilter, mark: Mark | None) -> QueuePage:
    """A page of the queue from `mark` on (None: the first). Emits QueueRead, with the children on it."""
    first = mark or Mark(tx.now, None, 0, tx.now + AHEAD, HIGHEST)
    found = await store.queue(tx, wanted, first, today(tx.now), PAGE + 1)
    shown = found[:PAGE]
    children = tuple(dict.fromkeys(one.child_id for one in shown if one.child_id))
    said = {**caller.indexed(), "children": children, "outcome": "shown"}
    await tx.emit(QueueRead(**said, read_id=uuid4(), shown=len(shown)))
    ends = _mark(shown[-1], first) if len(found) > PAGE else None
    return QueuePage(shown, ends, await store.counts(tx), await store.teams(tx))


def _mark(last: QueuedReferral, first: Mark) -> Mark:
    at = last.handling.decided_at or last.due_at
    return Mark(first.asked_at, last.part, last.urgency_rank, at, last.handling.referral_id)
