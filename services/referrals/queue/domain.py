"""Where in the queue a referral stands, which are asked for, and where a page of it ends. Pure."""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.referrals.handling.domain import Handling
from shared.contracts.referrals.answers import Standing
from shared.contracts.referrals.lists import QueueCounts, TeamOfQueue

Part = Literal["overdue", "sent", "received", "asked"]
PARTS: tuple[Part, ...] = ("overdue", "sent", "received", "asked")
"""The parts of the queue, in their order: nobody acknowledged it in time; nobody has acknowledged it yet; an officer is
to decide; the school owes an answer. In each the most urgent first, then what is due first."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which referrals; None: any that is not decided yet."""

    standing: Standing | Literal["overdue"] | None = None
    urgency: int | None = None
    """0 immediate … 3 not urgent."""
    team: UUID | Literal["front_door"] | None = None
    school: str | None = None
    """A URN, or a part of a name."""
    holder: UUID | None = None
    """The officer who has it."""


STANDING_IN: Mapping[str | None, tuple[Part, ...]] = {
    None: PARTS,
    "overdue": ("overdue",),
    "sent": ("overdue", "sent"),
    "received": ("received",),
    "being_decided": ("received",),
    "asked": ("asked",),
}
"""In which parts of the queue those of a standing are. What is decided is not in the queue: it has an order of its own,
the newest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the queue ends. `asked_at`: what is overdue is judged by the moment of the first page, so that no
    referral is passed over because it became overdue between two pages. `part` None: of those decided."""

    asked_at: datetime
    part: Part | None
    urgency: int
    at: datetime
    """When it was due; of one decided, when that was."""
    referral_id: UUID


MARK = struct.Struct(">qbbq16s")


def to_text(mark: Mark) -> str:
    """A mark as an opaque word for addresses."""
    part = PARTS.index(mark.part) if mark.part else -1
    packed = MARK.pack(_micros(mark.asked_at), part, mark.urgency, _micros(mark.at), mark.referral_id.bytes)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_text(text: str) -> Mark | None:
    """The mark that this word names; None: none."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        asked_at, part, urgency, at, id_ = MARK.unpack(raw)
        return Mark(_moment(asked_at), PARTS[part] if part >= 0 else None, urgency, _moment(at), UUID(bytes=id_))
    except (ValueError, OverflowError, IndexError, struct.error):
        return None


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class QueuedReferral:
    """One line of the queue. Names are those of now where they are known, else those of the moment of sending.

    `worker`: the child's lead worker today, else another; None: none that is known. `records_as_of`: up to when the
    council's records are complete of this child; None: not known, so that no worker is no "none". A restricted child's
    worker is not in the portal.
    """

    handling: Handling
    reference: str
    part: Part | None
    """None: it is decided."""
    urgency_rank: int
    urgency: str | None
    gate: str
    kind: str
    made_at: datetime
    due_at: datetime
    child_id: UUID | None
    given_name: str | None
    family_name: str | None
    born: date | None
    restricted: bool
    worker: str | None
    worker_team: str | None
    records_as_of: datetime | None
    school: str
    school_name: str | None
    sender_name: str | None
    sender_role: str | None
    team: str | None
    taken_by_name: str | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some of the queue. `next`: where it goes on."""

    referrals: list[QueuedReferral]
    next: Mark | None
    counts: QueueCounts
    teams: list[TeamOfQueue]
