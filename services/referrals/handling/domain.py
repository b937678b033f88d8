"""Where a referral stands at the council, and the steps of its history. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.referrals import Decision
from shared.contracts.referrals.answers import Act, Standing


@dataclass(frozen=True, slots=True)
class Handling:
    """How one referral stands. `version` counts its acts. `team_id` None: the front door's. `asked_at` None: the school
    owes no answer."""

    referral_id: UUID
    version: int
    team_id: UUID | None
    taken_by: UUID | None
    taken_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_at: datetime | None
    asked_at: datetime | None
    overdue_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision: Decision | None

    @classmethod
    def of(cls, row: Any) -> Handling:
        """Of a row that has its columns, among others."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})

    @property
    def standing(self) -> Standing:
        if self.decided_at:
            return "decided"
        if self.asked_at:
            return "asked"
        if not self.acknowledged_at:
            return "sent"
        return "being_decided" if self.taken_by else "received"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a referral's history. `by` None: the portal itself. `for_school` is what the school reads of it,
    `for_council` what only the council does."""

    act: Act
    by: UUID | None
    to_account: UUID | None = None
    to_team: UUID | None = None
    decision: Decision | None = None
    for_school: str | None = None
    for_council: str | None = None


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step as it is read, with the names that people and teams have now; None: not known, or nobody.

    `place`: 1, 2, 3 …, the version of the handling that it made. `to_team_name` None where the act is `moved`: the
    front door.
    """

    place: int
    at: datetime
    act: Act
    by: UUID | None
    by_name: str | None
    to_name: str | None
    to_team_name: str | None
    decision: Decision | None
    for_school: str | None
    for_council: str | None


@dataclass(frozen=True, slots=True)
class History:
    """How a referral stands, and how it came to that: the oldest step first. Names are those of now; `team_name` None:
    it is the front door's (then `team_id` is None too), or the name is not known."""

    handling: Handling
    team_name: str | None
    taken_by_name: str | None
    steps: list[StepTold]

    def at(self, version: int) -> StepTold | None:
        """The step that made this version."""
        return next((step for step in self.steps if step.place == version), None)
