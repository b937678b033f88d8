"""A referral as it is kept: what was sent, by whom, and how the child and the sender were named then. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from services.referrals.making.domain.concern import Concern
from shared.database.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ChildWritten:
    """The child as the sender's page showed it: what a school may read of it for good."""

    given_name: str
    family_name: str
    born: date


@dataclass(frozen=True, slots=True)
class ChildDescribed:
    """A child who is not on the sender's roll, in the sender's words: just joined, a brother. `why`: why it is not."""

    given_name: str
    family_name: str
    born: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a referral, as what, and for which school, by the names of then; None: not known."""

    school_name: str | None = None
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A concern or update that a school sent, as it is kept and as it is read."""

    referral_id: UUID
    reference: str
    child_id: UUID | None
    """None: a child that is `described`."""
    school: str
    agreement: str | None
    made_by: UUID
    made_at: datetime
    due_at: datetime
    concern: Concern
    sender: Sender = Sender()
    child_written: ChildWritten | None = None
    roll_as_of: datetime | None = None
    described: ChildDescribed | None = None
    roll_current: bool | None = None
    """None: made before this was kept."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told of a referral, however often the same form is sent."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None
    roll_current: bool

    @classmethod
    def of(cls, referral: Referral) -> Receipt:
        said = {field.name: getattr(referral, field.name) for field in fields(cls)}
        return cls(**{**said, "roll_current": bool(referral.roll_current)})


class KeyReused(Refusal):
    """This form was already sent with other answers. Start again from the search to send another one."""
