"""Facts of what the portal told by e-mail to those who have no account in it."""

from datetime import date
from uuid import UUID

from shared.contracts import Fact, Urn


class TeamTold(Fact, key="gathered_id"):
    """The portal told a team by e-mail which schools have searched for children with whom it works, on these days.

    Outcome: `told` (the mail server has taken it); `no_address` where no mailbox of the team is set; or `given_up`: it
    became too old before the mail server took it. The children are in lookup's `TeamLooksGathered` of this id.
    """

    gathered_id: UUID
    team_id: UUID
    first_day: date
    last_day: date
    schools: tuple[Urn, ...]
