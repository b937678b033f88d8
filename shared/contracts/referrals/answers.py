"""What referrals answers over HTTP: to schools about what they write and have sent, to the council about all of it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from shared.contracts import Answer, among
from shared.contracts.referrals import Decision, Gate, Kind, ParentsAgree, Urgency

Act = Literal[
    "taken",
    "given_back",
    "reassigned",
    "acknowledged",
    "asked",
    "answered",
    "decided",
    "moved",
    "overdue",
    "linked",
    "unlinked",
    "purged",
]
"""What was done in a step. `moved`: to another team, because the child's worker changed; `overdue`: it was noticed that
nobody had acknowledged it in time; `linked`: a described child was found in the council's records (`unlinked`: that was
taken back); `purged`: its attachments were deleted, when their time was over."""
Standing = Literal["sent", "received", "being_decided", "asked", "decided"]
"""Where it stands, as a school is told: nobody has acknowledged it; somebody has; an officer has it; the school owes an
answer; decided."""
FileStanding = Literal["checking", "unchecked", "clean", "infected"]
"""As people are told. `checking`: the scanner has not seen it yet, and nobody can open it; `unchecked`: no scanner is
configured, so it can be opened, and whoever may open it is told that nobody checked it."""

ActTold = Annotated[str, among(Act)]
DecisionTold = Annotated[str, among(Decision)]
GateTold = Annotated[str, among(Gate)]
KindTold = Annotated[str, among(Kind)]
StandingTold = Annotated[str, among(Standing)]
UrgencyTold = Annotated[str, among(Urgency)]


class Done(Answer):
    """It is so now, or was before: pressed twice, it is done once."""

    reference: str


class Receipt(Answer):
    """What the sender is told of a referral, however often the same form is sent."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None = None
    """Up to when the school's roll was complete when it was sent; None: not known."""
    roll_current: bool = True
    """False: the child may not have been on the roll any more; it is taken all the same, and marked."""


class ConcernTold(Answer):
    """What was sent, word for word."""

    urgency: UrgencyTold | None = None
    """None: of a referral that was made before this was kept."""
    lowered_from: UrgencyTold | None = None
    gate: GateTold
    called_at: datetime | None = None
    called_number: str | None = None
    kind: KindTold
    concern: str
    done_so_far: str
    parents_know: bool
    parents_agree: Annotated[str, among(ParentsAgree)] | None = None
    """None: they do not know, or the page of then did not ask."""
    parents_reason: str | None = None
    contact: str
    child_said: str | None = None
    family: str | None = None


class SendersChild(Answer):
    """The child as the sender's page showed it."""

    given_name: str
    family_name: str
    born: date


class SendersDescription(Answer):
    """A child who is not on the sender's roll, as the sender described it. `why`: why it is not."""

    given_name: str
    family_name: str
    born: date | None = None
    why: str


class RecordsWorker(Answer):
    """A worker allocated to the child today; an empty name: not known yet. No phone: absent, left or none; the team's
    duty line serves."""

    name: str
    role: str
    lead: bool = False
    team: str | None = None
    phone: str | None = None
    duty_phone: str | None = None


class RecordsChild(SendersChild):
    """The child as the council's records have it now. `unreadable` names what of it the source has and nobody can read.
    A restricted child has no workers here: they do not leave the feed."""

    upn: str | None = None
    restricted: bool = False
    unreadable: tuple[str, ...] = ()
    workers: tuple[RecordsWorker, ...] | None = None
    """None: not told."""


class HandlingStep(Answer):
    """One step of how a referral was handled; `by` None: the portal itself. Names are those of now; None: not known."""

    at: datetime
    act: ActTold
    by: UUID | None = None
    by_name: str | None = None
    to_name: str | None = None
    to_team_name: str | None = None
    decision: DecisionTold | None = None
    for_school: str | None = None
    """What the school reads of it."""
    for_council: str | None = None
    """What only the council reads of it."""


class Handled(Answer):
    """How a referral stands at the council, and each step to that, the oldest first."""

    version: int
    standing: StandingTold
    team_id: UUID | None = None
    team_name: str | None = None
    taken_by: UUID | None = None
    taken_by_name: str | None = None
    acknowledged_at: datetime | None = None
    overdue_at: datetime | None = None
    decided_at: datetime | None = None
    decision: DecisionTold | None = None
    steps: tuple[HandlingStep, ...] = ()


class InCaseSystem(Answer):
    """How far a referral is on its way into the council's case system: still to be handed over, handed over, or
    acknowledged, then with the case system's own `number`; and since when. `not_set_up`: there is no way there."""

    state: Annotated[str, among(Literal["not_set_up", "waiting", "sent", "acknowledged"])]
    since: datetime
    late: bool = False
    number: str | None = None
    """None: it has not been given one yet."""


class ReferralInFull(ConcernTold):
    """A referral as it was sent, and, for triage officers, what the records say of the child now."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None = None
    roll_current: bool | None = None
    """None: made before this was kept."""
    child_id: UUID | None = None
    """None: a child that is `described`."""
    school: str
    school_name: str | None = None
    made_by: UUID
    sender_name: str | None = None
    sender_role: str | None = None
    child_written: SendersChild | None = None
    """As the sender's page showed the child; None: made before this was kept."""
    described: SendersDescription | None = None
    child: RecordsChild | None = None
    """Only for triage officers. None for them: the records, if current, have no such child now."""
    records_as_of: datetime | None = None
    """Up to when the council's records are complete of this child; None: not known, or not told to a school."""
    records_current: bool | None = None
    handling: Handled | None = None
    """Only for triage officers."""
    in_case_system: InCaseSystem | None = None
    """Only for triage officers; None: what is to be handed over has not come round to it yet."""


class DraftLine(Answer):
    """A number to call about the child, as the answer to the search showed it."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False


class DraftAbout(Answer):
    """The child that a draft is about; `why_not_on_roll`: one that its writer describes."""

    given_name: str
    family_name: str
    born: date | None = None
    why_not_on_roll: str | None = None
    has_worker: bool = False
    open_case: bool = False
    lines: tuple[DraftLine, ...] = ()


class DraftAnswers(Answer):
    """What is answered so far. None: not yet; an empty text: left out."""

    kind: KindTold | None = None
    urgency: Urgency | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    concern: str | None = None
    child_said: str | None = None
    family: str | None = None
    parents_know: bool | None = None
    parents_agree: Annotated[str, among(ParentsAgree)] | None = None
    parents_reason: str | None = None
    done_so_far: str | None = None
    contact: str | None = None


class FieldToMend(Answer):
    """A field of the answers, and what must be done with it before the draft can be sent."""

    where: str
    why: str


class DraftTold(Answer):
    """A draft as its writer reads it. `child` and `answers` None: it is sent, and its words are in the referral."""

    draft_id: UUID
    child_id: UUID | None = None
    started_at: datetime
    saved_at: datetime
    expires_at: datetime
    version: int
    child: DraftAbout | None = None
    answers: DraftAnswers | None = None
    highest: Urgency | None = None
    """The most urgent answer that was given on the way."""
    to_mend: tuple[FieldToMend, ...] = ()
    sent: Receipt | None = None


class FileToCome(Answer):
    """Under which id a file's content is to be put, and how large it may be."""

    attachment_id: UUID
    most_bytes: int


class AttachedFile(Answer):
    attachment_id: UUID
    name: str
    type: str
    mime: str
    size_bytes: int
    added_at: datetime
    standing: Annotated[str, among(FileStanding)]


class AttachedFiles(Answer):
    """All files of a draft or a referral, and how much there may be. `scanned`: whether a scanner is configured."""

    attachments: tuple[AttachedFile, ...] = ()
    files_max: int
    file_max_bytes: int
    draft_max_bytes: int
    scanned: bool
