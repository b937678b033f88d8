"""What a school is told of the referrals that it sent, and when it may answer. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.referrals.handling.domain import Handling
from services.referrals.making.domain.referral import ChildSent, Referral, Sender
from shared.contracts.referrals import Gate, Kind, Urgency
from shared.contracts.referrals.answers import Act
from shared.contracts.referrals.lists import SentStep
from shared.database.refusal import Refusal

TOLD: frozenset[Act] = frozenset({"acknowledged", "asked", "answered", "overdue", "decided"})
"""The steps that a school reads. Whose it was in between is the council's own, and a team may tell of a case."""


class NothingAsked(Refusal):
    """The council is waiting for no answer to this: somebody has answered already, or it was decided meanwhile."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a referral stands, and the names of those at the council who brought it there; None: not known, nobody."""

    handling: Handling
    acknowledged_by: str | None = None
    taken_by: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class SentLine:
    """One referral as the list of its school shows it. `urgency` None: sent before that was kept; its `gate` was."""

    referral_id: UUID
    reference: str
    child_id: UUID | None
    """None: a child that was described, and is not found in the council's records yet."""
    child: ChildSent | None
    made_at: datetime
    due_at: datetime
    sender: Sender
    kind: Kind
    gate: Gate
    urgency: Urgency | None
    stands: Stands


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page of the list, the newest first. `more`: there are older ones. `asked`: how many of all that the school has
    sent wait for an answer of the school."""

    lines: tuple[SentLine, ...]
    more: bool
    asked: int


@dataclass(frozen=True, slots=True)
class SentReferral:
    """All that a school reads of a referral: what it wrote, where it stands, and the steps that are told."""

    referral: Referral
    stands: Stands
    steps: tuple[SentStep, ...]


def awaits(handling: Handling, question: int, last_asked: int | None) -> bool:
    """Whether this question, by its place in the history, is the one that waits for the school's answer."""
    return handling.standing == "asked" and question == last_asked
