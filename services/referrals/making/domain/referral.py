"""A referral as it is kept: what was sent, by whom, and how the child and the sender were named then. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
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


ChildSent = ChildWritten | ChildDescribed


def child_sent(row: Mapping[str, Any]) -> ChildSent | None:
    """Of a row of `referral`; None: it was made before this was kept."""
    if row["described_why"] is not None:
        return ChildDescribed(*(row[f"described_{name}"] for name in ("given_name", "family_name", "born", "why")))
    if row["written_born"] is None:
        return None
    return ChildWritten(*(row[f"written_{name}"] for name in ("given_name", "family_name", "born")))


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
    """None: a child that its school described."""
    about: UUID | None
    """Which child of the records that is: `child_id`, or the one that an officer has found since."""
    school: str
    agreement: str | None
    made_by: UUID
    made_at: datetime
    due_at: datetime
    concern: Concern
    sender: Sender = Sender()
    child: ChildSent | None = None
    roll_as_of: datetime | None = None
    roll_current: bool | None = None
    """None: made before this was kept."""


class ReferralNotFound(Refusal):
    """There is no referral with this reference that you may read."""


class KeyReused(Refusal):
    """This form was already sent with other answers. Start again from the search to send another one."""
