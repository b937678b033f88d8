"""What each service keeps of every state it projects: an older revision, however late it comes, changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from deploy.services import load_all
from shared.contracts import State
from shared.contracts.feed import Case, Child, Freshness, Roll, Team, Worker
from shared.contracts.identity import Account, RoleHeld, School, Session
from shared.contracts.lookup import TeamLooks
from shared.database.tx import Cause
from shared.manifest import Projection, Service
from tests.support.databases import Clone

ID, OTHER = UUID(int=1), UUID(int=2)
THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = date(2020, 9, 1)

OLDER: Mapping[type[State], State] = {
    Session: Session(revision=1, session_id=ID, account_id=OTHER),
    Account: Account(revision=1, account_id=ID, name="A", roles=(RoleHeld(role="lead", school="990001"),)),
    School: School(revision=1, urn="990001", name="Mossgate", agreement="a" * 64),
    Child: Child(
        revision=1, child_id=ID, upn="B801200005001", given_name="Mira", family_name="Reed", born=LONG_AGO,
        rolls=(Roll(school="990001", starts=LONG_AGO),), cases=(Case(team_id=OTHER, starts=LONG_AGO),),
    ),
    Worker: Worker(revision=1, worker_id=ID, name="Rowan", role="social_worker", team_id=OTHER, phone="01632 960222"),
    Team: Team(revision=1, team_id=ID, name="Northbrook", duty_phone="01632 960111", duty_hours="Always"),
    Freshness: Freshness(revision=1, as_of=THEN),
}  # fmt: skip
"""Of each state that somebody projects, how it stood."""

CHANGES: Mapping[type[State], dict[str, object]] = {
    Session: {"ended_at": NOW},
    Account: {"name": "B", "disabled_at": NOW, "roles": ()},
    School: {"name": "Larchmere", "status": "suspended", "agreement": None},
    Child: {"family_name": "Moss", "rolls": (), "cases": (), "upn": None},
    Worker: {"name": "Tamsel", "left_on": LONG_AGO, "phone": None},
    Team: {"name": "Southbrook", "duty_phone": "01632 960333"},
    Freshness: {"as_of": NOW},
}
"""How it stands since: access, a roll, a worker's telephone are gone."""

ONCE = {TeamLooks}
"""Emitted once and never again: whatever comes for the same key is passed over."""

PROJECTED = [(service, one) for service in load_all() for one in service.consumed()[1] if one.state not in ONCE]


def newer(state: type[State]) -> State:
    return OLDER[state].model_copy(update={"revision": 2, **CHANGES[state]})


async def put(clone: Clone, projection: Projection, state: State) -> None:
    async with clone.db.transaction(Cause("test", uuid4())) as tx:
        await projection.to.put(tx, [state])


PAST = '"gone": true'
"""In a row that says of itself that it is over: the referrals service remembers rolls that a child was on."""


async def kept(clone: Clone) -> dict[str, list[str]]:
    """Every row of every table, but what is remembered as past."""
    tables = await clone.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    rows = {str(t["name"]): await clone.rows(f'SELECT to_jsonb(t)::text AS row FROM "{t["name"]}" t') for t in tables}
    return {
        name: sorted(str(row["row"]) for row in found if PAST not in str(row["row"])) for name, found in rows.items()
    }


def named(case: object) -> str:
    return case.name if isinstance(case, Service) else case.state.__name__ if isinstance(case, Projection) else ""


@pytest.mark.parametrize(("service", "projection"), PROJECTED, ids=named)
async def test_an_older_revision_never_brings_back_what_was(
    database: Callable[..., Awaitable[Clone]], service: Service, projection: Projection
) -> None:
    clone, other = await database(service.name), await database(service.name)
    await put(clone, projection, newer(projection.state))
    before = await kept(clone)
    await put(clone, projection, OLDER[projection.state])
    assert await kept(clone) == before
    await put(other, projection, OLDER[projection.state])
    assert await kept(other) != before  # so that the sample is one that would be seen
    await put(other, projection, newer(projection.state))
    assert await kept(other) == before


def test_there_is_a_sample_of_every_state_that_is_projected() -> None:
    assert {projection.state for _, projection in PROJECTED} == set(OLDER) == set(CHANGES)
