"""Lookup's world: the service over a real database, a child, a worker, a team, and a lead who asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.lookup.app import service
from services.lookup.records import projections
from services.lookup.searching import commands
from services.lookup.searching.domain import Question
from services.lookup.settings import Settings
from shared.contracts import State
from shared.contracts.feed import SOURCE_KEY, Allocation, Case, Child, Freshness, Roll, Team, Worker
from shared.database.tx import Cause
from shared.web.tokens import Caller
from tests.support.databases import Clone
from tests.support.fresh import of_several as fresh_of_several
from tests.support.projecting import project
from tests.support.web import SCHOOL, Web, caller, web

OTHER_SCHOOL = "999002"
UPN = "B801200005001"
FORMER_UPN = "L850200023001"
UNKNOWN_UPN = "V850100015012"
BORN = date(2014, 4, 3)
LONG_AGO = date(2020, 9, 1)
LIMIT = timedelta(minutes=15)

TEAM = Team(revision=1, team_id=uuid4(), name="Northbrook", duty_phone="01632 960111", duty_hours="Monday to Friday")
WORKER = Worker(
    revision=1,
    worker_id=uuid4(),
    name="Rowan Achterberg",
    role="social_worker",
    team_id=TEAM.team_id,
    phone="01632 960222",
    email="rowan@example.org",
)


def child(**said: Any) -> Child:
    """Mira O'Quillane, on the roll of the lead's school, without a case."""
    usual: dict[str, Any] = {
        "revision": 1,
        "child_id": uuid4(),
        "upn": UPN,
        "given_name": "Mira",
        "family_name": "O'Quillane",
        "born": BORN,
        "rolls": (on_roll(),),
    }
    return Child(**{**usual, **said})


def on_roll(school: str = SCHOOL, starts: date = LONG_AGO, ends: date | None = None) -> Roll:
    return Roll(school=school, starts=starts, ends=ends)


def case(starts: date = LONG_AGO, ends: date | None = None, team: Team | None = TEAM) -> Case:
    return Case(team_id=team.team_id if team else None, starts=starts, ends=ends)


def allocated(
    worker: Worker = WORKER, lead: bool = True, starts: date = LONG_AGO, ends: date | None = None
) -> Allocation:
    return Allocation(worker_id=worker.worker_id, lead=lead, starts=starts, ends=ends)


def worker(name: str, **said: Any) -> Worker:
    return WORKER.model_copy(update={"worker_id": uuid4(), "name": name, **said})


def with_worker(**said: Any) -> Child:
    """The same child with an open case and WORKER."""
    return child(**{"cases": (case(),), "allocations": (allocated(),), **said})


CLASSMATES = tuple(
    child(upn=None, given_name="Hespera", family_name="Vyndcroft", born=date(2009, 12, 31), rolls=(on_roll(school),))
    for school in (SCHOOL, OTHER_SCHOOL)
)
"""Nobody asks for them. A school with nobody on its roll is one whose roll has not come, and says nothing plain."""


@dataclass
class Lookup:
    """The service: states that it is to keep, and its front door to ask at."""

    clone: Clone
    who: Caller = field(default_factory=lambda: caller("lead"))
    web: Web = field(init=False)

    def __post_init__(self) -> None:
        self.web = web(service, Settings(), self.clone.db)

    async def keep(self, *states: State) -> None:
        """Project these states as one delivery of each kind would."""
        await project(service, self.clone, *states)

    async def forget_child(self, child_id: UUID) -> None:
        async with self.clone.db.transaction(Cause("lookup", uuid4())) as tx:
            await projections.forget_children(tx, [str(child_id)])

    async def is_fresh(self, as_of: datetime | None = None) -> None:
        """The records are complete up to now, or up to then, and both schools have somebody on their rolls."""
        await self.clone.execute("DELETE FROM freshness")
        await self.keep(*CLASSMATES, Freshness(revision=1, source=SOURCE_KEY, as_of=as_of or datetime.now(UTC)))

    async def of_several(self, *ages: tuple[float, int]) -> datetime:
        """The records come of several sources: (seconds ago that it is complete up to, seconds that this counts)."""
        await self.clone.execute("DELETE FROM freshness")
        fresh = fresh_of_several(*ages)
        await self.keep(fresh)
        return fresh.as_of

    async def is_stale(self) -> None:
        await self.is_fresh(datetime.now(UTC) - LIMIT - timedelta(seconds=5))

    async def search(self, who: Caller | None = None, **asked: Any) -> dict[str, Any]:
        """Ask over HTTP; `upn` unless something else is asked."""
        response = await self.web.post("/searches", question(**asked), who or self.who)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def search_at(self, now: datetime, **asked: Any) -> str:
        """The outcome at another moment, from records that are fresh then."""
        await self.is_fresh(now)
        ask = commands.SearchChild(Question(**(asked or {"upn": UPN})), "welfare")
        async with self.clone.db.transaction(Cause(str(self.who.account), uuid4())) as tx:
            tx.now = now
            return (await commands.search_child(tx, self.who, ask, LIMIT)).answer.outcome

    async def facts(self) -> Sequence[dict[str, Any]]:
        """The bodies of all that was emitted, in order."""
        rows = await self.clone.rows("SELECT body FROM outbox ORDER BY seq")
        return [json.loads(bytes(row["body"])) for row in rows]  # type: ignore[call-overload]


def question(**asked: Any) -> dict[str, Any]:
    whom = asked if {"upn", "given_name", "family_name", "born"} & set(asked) else {"upn": UPN, **asked}
    return {"purpose": "welfare", **whom}


def by_name(given_name: str = "Mira", family_name: str = "O'Quillane", born: date = BORN) -> dict[str, Any]:
    return {"given_name": given_name, "family_name": family_name, "born": born.isoformat()}
