"""Of which searches a team is told, and what is gathered for it. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.clock import today
from shared.contracts import Event
from shared.contracts.identity import AgreementOption
from shared.contracts.lookup import SearchMade, TeamLooks, TeamLooksGathered

OPTION: AgreementOption = "team_told"
FORGOTTEN_AFTER = timedelta(days=8)
"""Since when nobody writes to a team any more of what was gathered for it."""


class WorkerShown(NamedTuple):
    """On a day a school was shown a worker of a child."""

    worker_id: UUID
    day: date
    school: str
    child_id: UUID


class TeamLook(NamedTuple):
    """A row of `team_look`: on a day a school was shown that somebody of a team works with a child."""

    day: date
    school: str
    child_id: UUID


def shown_workers(event: Event | None, at: datetime) -> list[WorkerShown]:
    """Whom a search showed; nobody where it showed no child's workers."""
    if not isinstance(event, SearchMade) or event.school is None or len(event.children) != 1:
        return []
    return [WorkerShown(one.worker_id, today(at), event.school, event.children[0]) for one in event.shown.workers]


def facts(gathered_id: UUID, team_id: UUID, looks: Sequence[TeamLook]) -> list[TeamLooksGathered]:
    """One for each school, with its children."""
    children: dict[str, set[UUID]] = {}
    for look in looks:
        children.setdefault(look.school, set()).add(look.child_id)
    said = {"actor": None, "outcome": "gathered", "gathered_id": gathered_id, "team_id": team_id, **_days(looks)}
    return [
        TeamLooksGathered(**said, school=school, children=tuple(sorted(children[school])))
        for school in sorted(children)
    ]


def state(gathered_id: UUID, team_id: UUID, looks: Sequence[TeamLook], now: datetime) -> TeamLooks:
    schools = tuple(sorted({look.school for look in looks}))
    return TeamLooks(
        revision=1, gathered_id=gathered_id, team_id=team_id, schools=schools, gathered_at=now, **_days(looks)
    )


def _days(looks: Sequence[TeamLook]) -> dict[str, date]:
    days = [look.day for look in looks]
    return {"first_day": min(days), "last_day": max(days)}
