"""A session as it is stored, when its time is up, and how identity refuses one. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from shared.contracts import Role, audiences
from shared.contracts.identity import RoleHeld
from shared.database.refusal import Refusal

if TYPE_CHECKING:
    Audience = str
else:
    Audience = Literal[audiences()]
    """Whom an access token may be for: each service whose contract states that it answers, and nobody else."""
WhyEnded = Literal["time", "signed_out", "access_ended"]

SEEN_EVERY = timedelta(minutes=1)
"""The use of a session is written down at most this often."""
ENDED_KEPT = timedelta(days=7)
"""How long an ended session is kept: its last token has been over since five minutes after its end."""


class SessionOver(Refusal):
    """You have been signed out."""

    def __init__(self, why: WhyEnded) -> None:
        super().__init__(why)
        self.detail = why


class NotYourRole(Refusal):
    """You do not hold this role there."""


class NobodyActing(Refusal):
    """Choose which school you are acting for first."""


class ActingChanged(Refusal):
    """The school or role that you act for was changed in the meantime. Nothing was done."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row of `session`."""

    session_id: UUID
    account_id: UUID
    acting_role: Role | None
    acting_school: str | None
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    ended_why: WhyEnded | None
    revision: int

    @property
    def acting(self) -> RoleHeld | None:
        """The role that was chosen; whether it is still usable is asked at each use."""
        return RoleHeld(role=self.acting_role, school=self.acting_school) if self.acting_role else None


def overdue(session: SessionRow, now: datetime, idle: timedelta, life: timedelta) -> bool:
    """Whether a session's time is up: not used for `idle`, or `life` old."""
    return now >= ends_at(session, idle, life)


def ends_at(session: SessionRow, idle: timedelta, life: timedelta) -> datetime:
    """When a session's time is up if nobody uses it any more."""
    return min(session.seen_at + idle, session.started_at + life)
