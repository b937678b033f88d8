"""What referrals answers over HTTP: what a school has sent, the queue, links, holds, transfers, the copy of one."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from shared.contracts import Answer, among
from shared.contracts.lookup import Differs
from shared.contracts.referrals.answers import (
    ActTold,
    ConcernTold,
    DecisionTold,
    DraftTold,
    GateTold,
    KindTold,
    SendersDescription,
    StandingTold,
    UrgencyTold,
)

Trouble = Literal["away", "refused", "unreadable", "not_set", "checking", "broken"]
"""Why an attempt failed: the source does not answer; it says no; what it says cannot be read; the PDF could not be
made; its files are still being checked; something else."""
CaseSystemWay = Literal["none", "intake", "https", "folder"]
"""How referrals go to the case system; none: no case system is set up, so they wait."""


class DraftList(Answer):
    """The last saved first."""

    drafts: tuple[DraftTold, ...] = ()


class SentChild(Answer):
    """The child as the sender's page showed it; or, one who is not on the roll, as the sender described it."""

    given_name: str
    family_name: str
    born: date | None = None
    """None: described by somebody who does not know it."""
    why: str | None = None
    """Of a child that was described: why it is not on the roll."""


class SentOne(Answer):
    """A referral that a school has sent, where it stands, and who at the council brought it there. Names None: not
    known, or nobody."""

    referral_id: UUID
    reference: str
    child: SentChild | None = None
    """None: made before this was kept."""
    made_at: datetime
    due_at: datetime
    sender_name: str | None = None
    sender_role: str | None = None
    kind: KindTold
    gate: GateTold
    urgency: UrgencyTold | None = None
    """None: of a referral that was made before this was kept."""
    standing: StandingTold
    acknowledged_at: datetime | None = None
    acknowledged_by_name: str | None = None
    taken_at: datetime | None = None
    taken_by_name: str | None = None
    asked: bool = False
    """Whether the school owes an answer."""
    overdue_at: datetime | None = None
    """When it was noticed that nobody had acknowledged it in time."""
    decided_at: datetime | None = None
    decided_by_name: str | None = None
    decision: DecisionTold | None = None


class SentList(Answer):
    """A page of what a school has sent, the newest first. `more`: there are older ones; `asked`: how many of all its
    referrals wait for an answer of the school."""

    sent: tuple[SentOne, ...] = ()
    more: bool = False
    asked: int = 0


class SentStep(Answer):
    """One step as the school may read it. `place`: the number by which a question is answered. `by_name` None: the
    portal itself, or not known. `words`: those that are meant for the school, or its own answer."""

    place: int
    at: datetime
    act: ActTold
    by_name: str | None = None
    decision: DecisionTold | None = None
    words: str | None = None


class SentInFull(SentOne):
    """All that the school reads of a referral."""

    school: str
    school_name: str | None = None
    written: ConcernTold
    """What was sent, word for word."""
    steps: tuple[SentStep, ...] = ()


class QueueLine(Answer):
    """One line of the queue. `worker` None with `worker_known` false: whether the child has one is not known now."""

    reference: str
    version: int
    standing: StandingTold
    overdue: bool = False
    urgency: UrgencyTold | None = None
    """None: made before the gate's answer was kept; then `gate` tells."""
    gate: GateTold
    kind: KindTold
    made_at: datetime
    due_at: datetime
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    described: bool = False
    """The school described a child who is not on its roll, and nobody has found that child in the records yet."""
    restricted: bool = False
    worker: str | None = None
    worker_team: str | None = None
    worker_known: bool = False
    school: str
    school_name: str | None = None
    sender_name: str | None = None
    sender_role: str | None = None
    team: str | None = None
    """Whose it is; None: the front door's, or the name is not known."""
    front_door: bool = False
    taken_by: UUID | None = None
    taken_by_name: str | None = None
    acknowledged: bool = False
    decided_at: datetime | None = None
    decision: DecisionTold | None = None


COUNTED_MAX = 1000


class QueueCounts(Answer):
    """How many there are, each up to COUNTED_MAX (that many or more): that nobody has acknowledged; not decided."""

    to_acknowledge: int
    to_decide: int


class TeamOfQueue(Answer):
    """A team, by which the queue may be narrowed."""

    team_id: UUID
    name: str


class Queue(Answer):
    """A page of it. `next`: where it goes on; None: it does not."""

    referrals: tuple[QueueLine, ...]
    next: str | None = None
    counts: QueueCounts
    teams: tuple[TeamOfQueue, ...] = ()


class OfficerNamed(Answer):
    account_id: UUID
    name: str


class OfficersNamed(Answer):
    officers: tuple[OfficerNamed, ...]


class CandidateChild(Answer):
    """A child of the council's records. `schools`: the names of those on whose roll it is today."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    upn: str | None = None
    restricted: bool = False
    schools: tuple[str, ...] = ()
    differs: tuple[Annotated[str, among(Differs)], ...] = ()
    """In what its names and birth date are not as they were sought."""


class LinkedReferral(Answer):
    """`described` None: the school named a child of its roll, and nothing is to be found."""

    reference: str
    version: int
    decided: bool = False
    described: SendersDescription | None = None
    linked: bool = False
    child: CandidateChild | None = None
    """The one that was found; None where `linked`: the records have no such child any more."""
    linked_by_name: str | None = None
    linked_at: datetime | None = None


class CandidatesFound(Answer):
    """Who may be meant. `more`: there are more than are shown."""

    candidates: tuple[CandidateChild, ...]
    more: bool = False
    as_of: datetime | None = None
    """Up to when the records are complete; None: not known."""
    current: bool = False


class StandingHold(Answer):
    """A hold that stands. `decided_at` None: the referral is not decided yet."""

    reference: str
    at: datetime
    by_name: str | None = None
    why: str
    school_name: str | None = None
    decided_at: datetime | None = None


class StandingHolds(Answer):
    """The newest first."""

    holds: tuple[StandingHold, ...]


class TransferTold(Answer):
    """How far one referral is on its way into the case system: waiting, sent or acknowledged."""

    referral_id: UUID
    reference: str
    school: str
    school_name: str | None = None
    state: Annotated[str, among(Literal["waiting", "sent", "acknowledged"])]
    since: datetime
    attempts: int
    next_at: datetime
    sent_at: datetime | None = None
    trouble: Annotated[str, among(Trouble)] | None = None
    late_at: datetime | None = None
    """None: not late, or not noticed yet."""
    acknowledged_at: datetime | None = None
    source_number: str | None = None
    case_system: Annotated[str, among(CaseSystemWay)] = "none"


class TransfersTold(Answer):
    """What the case system has not acknowledged: `count` in all, `late` of them, and the oldest of them."""

    count: int
    late: int
    case_system: Annotated[str, among(CaseSystemWay)]
    transfers: tuple[TransferTold, ...] = ()


class CopyLineTold(Answer):
    label: str
    text: str
    """Paragraphs, divided by line breaks."""


class CopyPartTold(Answer):
    heading: str
    lines: tuple[CopyLineTold, ...]


class CopyTold(Answer):
    """Everything that was sent, in words and in order. `title` names no person."""

    title: str
    confidential: str
    made_at: datetime
    parts: tuple[CopyPartTold, ...]
