"""What is read beside a referral: its child and who works with it, as the council's records have them now. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.referrals.handling.domain import History
from shared.contracts.referrals.answers import InCaseSystem, RecordsChild


@dataclass(frozen=True, slots=True)
class PresentRecords:
    """What the council's records say of the child now. `child` None: they have no such child."""

    child: RecordsChild | None
    as_of: datetime | None
    """Up to when they are complete of this child; None: not known."""
    current: bool


@dataclass(frozen=True, slots=True)
class ForOfficers:
    """What only triage officers read beside a referral: the records now, how it was handled so far, and whether the
    case system has it; None: what is to be handed over has not come round to it yet."""

    present: PresentRecords
    history: History | None
    in_case_system: InCaseSystem | None = None
