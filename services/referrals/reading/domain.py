"""What is read beside a referral: its child and who works with it, as the council's records have them now. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.referrals.handling.domain import History


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """A worker allocated to the child today. No phone: absent, left or none; the team's duty line serves."""

    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    duty_phone: str | None


@dataclass(frozen=True, slots=True)
class ChildNow:
    """The child as the council's records have it now: for triage officers only.

    `unreadable` names what the source has and the feed could not read. A restricted child has no workers here: they
    do not leave the feed.
    """

    given_name: str
    family_name: str
    born: date
    upn: str | None
    restricted: bool
    unreadable: tuple[str, ...] = ()
    workers: tuple[WorkerNow, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentRecords:
    """What the council's records say of the child now. `child` None: they have no such child."""

    child: ChildNow | None
    as_of: datetime | None
    """Up to when they are complete of this child; None: not known."""
    current: bool


@dataclass(frozen=True, slots=True)
class InCaseSystem:
    """How far a referral is on its way into the council's case system: still to be handed over, handed over, or
    acknowledged, then with the case system's own `number`; and since when that is so."""

    state: Literal["waiting", "sent", "acknowledged"]
    since: datetime
    late: bool
    number: str | None


@dataclass(frozen=True, slots=True)
class ForOfficers:
    """What only triage officers read beside a referral: the records now, how it was handled so far, and whether the
    case system has it; None: what is to be handed over has not come round to it yet."""

    present: PresentRecords
    history: History | None
    in_case_system: InCaseSystem | None = None
