"""What is told by e-mail, to whom, how long that is tried, and how long is waited between. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from shared.contracts import Event, Fact
from shared.contracts.referrals import (
    NoticeKind,
    QuestionAnswered,
    ReferralAcknowledged,
    ReferralDecided,
    ReferralMade,
    ReferralOverdue,
    SchoolAsked,
)

Audience = Literal["officers", "holder", "school"]
"""All triage officers, or their mailbox; the officer who has the referral, else all; its sender, or the school's leads
and headteacher, if that may not act for it any more."""

KINDS: Mapping[type[Fact], NoticeKind] = {
    ReferralMade: "made",
    ReferralAcknowledged: "acknowledged",
    SchoolAsked: "asked",
    QuestionAnswered: "answered",
    ReferralDecided: "decided",
    ReferralOverdue: "overdue",
}
AUDIENCES: Mapping[NoticeKind, Audience] = {
    "made": "officers",
    "acknowledged": "school",
    "asked": "school",
    "answered": "holder",
    "decided": "school",
    "overdue": "school",
}

OLD = timedelta(days=7)
"""What happened longer ago is told by pages only; so nobody is told of a whole month after an upgrade."""
FIRST_PAUSE, PAUSE_MAX = timedelta(seconds=30), timedelta(hours=1)
GROWS = 4


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `notice_id`: the id of the event that it tells of. `about`: its referral; `due_at`: by when
    that is to be acknowledged. `attempts`: how often it was tried, this time included."""

    notice_id: UUID
    about: UUID
    reference: str
    kind: NoticeKind
    made_at: datetime
    due_at: datetime
    attempts: int

    def message_id(self, account: UUID | None) -> UUID:
        """The same each time that this is told to the same person, so that a copy is known as one."""
        return uuid5(self.notice_id, str(account))

    def is_old(self, now: datetime) -> bool:
        return now - self.made_at > OLD


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told. `account` None: the officers' mailbox, which is nobody's own."""

    account: UUID | None
    address: str


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: 30 seconds, 2 minutes, 8 minutes, half an hour, then every hour."""
    grown: int = GROWS ** min(attempts - 1, 6)
    return min(FIRST_PAUSE * grown, PAUSE_MAX)


def kind_of(event: Event) -> NoticeKind | None:
    """What of it is told; None: nothing."""
    return KINDS.get(type(event)) if isinstance(event, Fact) else None
