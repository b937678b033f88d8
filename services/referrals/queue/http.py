"""The queue, over HTTP: read the request, call one command, write the response."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.referrals.queue import commands
from services.referrals.queue.domain import Mark, QueuedReferral, QueueFilter, from_text, to_text
from services.referrals.settings import Settings
from shared.clock import is_current
from shared.contracts.referrals import Urgency
from shared.contracts.referrals.answers import Standing
from shared.contracts.referrals.lists import Queue, QueueLine
from shared.typed import Line
from shared.web.body import malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

SCHOOL_MAX = 200
MARK_MAX = 100
RANKS: dict[Urgency, int] = {"immediate": 0, "significant": 1, "urgent": 2, "not_urgent": 3}


class QueueAsked(BaseModel):
    """Which referrals: none named, all that are not decided."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    standing: Standing | Literal["overdue"] | None = None
    urgency: Urgency | None = None
    team: UUID | Literal["front_door"] | None = None
    school: Line | None = Field(default=None, max_length=SCHOOL_MAX)
    """A URN, or a part of a school's name."""
    mine: bool = False
    after: str | None = Field(default=None, max_length=MARK_MAX)
    """`next` of the page before."""

    def filter(self, officer: UUID) -> QueueFilter:
        rank = RANKS[self.urgency] if self.urgency else None
        return QueueFilter(self.standing, rank, self.team, self.school or None, officer if self.mine else None)

    @property
    def mark(self) -> Mark | None:
        mark = from_text(self.after) if self.after else None
        if self.after and (mark is None or (mark.part is None) != (self.standing == "decided")):
            raise malformed([("after", "This is not a place in the queue")], "query")
        return mark


@router.get("/queue")
async def get_queue(
    asked: Annotated[QueueAsked, Query()], asking: Annotated[Authenticated[Settings], guard("triage_officer")]
) -> Queue:
    """A page of the referrals to decide, the most pressing first. Reading it is recorded."""
    mark = asked.mark
    async with asking.transaction() as tx:
        page = await commands.read_queue(tx, asking.caller, asked.filter(asking.caller.account), mark)
    return Queue(
        referrals=tuple(_queued(one, asking.settings, tx.now) for one in page.referrals),
        next=to_text(page.next) if page.next else None,
        counts=page.counts,
        teams=tuple(page.teams),
    )


def _queued(one: QueuedReferral, settings: Settings, now: datetime) -> QueueLine:
    stands = one.handling
    told: dict[str, Any] = {name: value for name, value in asdict(one).items() if name in QueueLine.model_fields}
    told |= {name: value for name, value in asdict(stands).items() if name in QueueLine.model_fields}
    told |= {
        "standing": stands.standing,
        "overdue": one.part == "overdue",
        "worker_known": is_current(one.records_as_of, now, settings.freshness_limit),
        "described": one.child_id is None,
        "front_door": stands.team_id is None,
        "acknowledged": stands.acknowledged_at is not None,
    }
    return QueueLine(**told)
