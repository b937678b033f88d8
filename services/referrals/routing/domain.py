"""A referral that is not where the council's records say it belongs. Pure."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.referrals.handling.domain import Handling, Step

WAS_TAKEN = "Whoever had it has it no longer: the child's worker is in another team now."


@dataclass(frozen=True, slots=True)
class Astray:
    """An undecided referral that another team has than works with its child today. `to_team` None: nobody does, and it
    is the front door's. `version`: as it stood when that was seen."""

    referral_id: UUID
    version: int
    child_id: UUID | None
    to_team: UUID | None

    def still(self, handling: Handling) -> bool:
        """Whether nothing has happened to it since."""
        return handling.version == self.version

    def step(self, handling: Handling) -> Step:
        """What its history says of the move, which takes it from whoever had it."""
        return Step("moved", by=None, to_team=self.to_team, for_council=WAS_TAKEN if handling.taken_by else None)

    def changes(self) -> dict[str, Any]:
        """What the move changes of how it stands."""
        return {"team_id": self.to_team, "taken_by": None, "taken_at": None}
