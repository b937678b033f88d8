"""Events owned by the feed: what the council's case system says. Kinds of plan and reasons never leave it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Part, State, Urn

SOURCE_KEY = "council"


class Roll(Part):
    """A child is on the roll of a school from `starts` to `ends` (first day not on roll), None: no end known."""

    school: Urn
    starts: date
    ends: date | None = None


class Case(Part):
    """Children's services have an open case from `starts` to `ends` (first day closed), held by a team."""

    team_id: UUID | None
    starts: date
    ends: date | None = None


class Allocation(Part):
    """A worker is allocated to a child from `starts` to `ends` (first day without)."""

    worker_id: UUID
    lead: bool
    starts: date
    ends: date | None = None


class Child(State, key="child_id"):
    """A child that the council knows or that is on a school's roll. The id is minted once by the feed and kept."""

    child_id: UUID
    upn: str | None
    former_upns: tuple[str, ...] = ()
    given_name: str
    family_name: str
    born: date
    restricted: bool = False
    rolls: tuple[Roll, ...] = ()
    cases: tuple[Case, ...] = ()
    allocations: tuple[Allocation, ...] = ()


class Worker(State, key="worker_id"):
    """A social or support worker and how to reach them; no phone or `left_on` past: the team's duty line serves."""

    worker_id: UUID
    name: str
    role: Literal["social_worker", "support_worker"]
    team_id: UUID | None
    phone: str | None = None
    email: str | None = None
    left_on: date | None = None
    absent_until: date | None = None


class Team(State, key="team_id"):
    """A team at the council and its duty line."""

    team_id: UUID
    name: str
    duty_phone: str
    duty_hours: str
    out_of_hours_phone: str | None = None


class Freshness(State, key="source", barrier=True):
    """Everything committed in the source before `as_of` has been said. Keyed by the one source's name."""

    source: str = SOURCE_KEY
    as_of: datetime
