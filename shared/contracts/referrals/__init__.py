"""Events owned by the referrals service. None of them carries a word of the concern."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.referrals.attaching import (
    AttachmentAdded,
    AttachmentRead,
    AttachmentRefused,
    AttachmentRemoved,
    AttachmentScanned,
)
from shared.contracts.referrals.drafting import (
    DraftDiscarded,
    DraftExpired,
    DraftRead,
    DraftRefused,
    DraftSaved,
    DraftsListed,
    DraftStarted,
)
from shared.contracts.referrals.handing_over import (
    CopyForm,
    CopyRead,
    TransferAcknowledged,
    TransferAskedAgain,
    TransferBegun,
    TransferLate,
    TransfersRead,
)
from shared.contracts.referrals.keeping import (
    AttachmentsPurged,
    CandidatesShown,
    HoldLifted,
    HoldRefused,
    HoldSet,
    HoldsRead,
    LinkRefused,
    ReferralLinked,
    ReferralPurged,
)
from shared.contracts.referrals.telling import TeamTold

__all__ = [
    "AttachmentAdded", "AttachmentRead", "AttachmentRefused", "AttachmentRemoved", "AttachmentScanned",
    "AttachmentsPurged", "CandidatesShown", "CopyForm", "CopyRead", "DraftDiscarded", "DraftExpired", "DraftRead",
    "DraftRefused", "DraftSaved", "DraftStarted", "DraftsListed", "HoldLifted", "HoldRefused", "HoldSet",
    "HoldsRead", "LinkRefused", "ReferralLinked", "ReferralPurged", "TeamTold", "TransferAcknowledged",
    "TransferAskedAgain", "TransferBegun", "TransferLate", "TransfersRead",
]  # fmt: skip
"""What stands in files of their own beside this one; whoever reads a contract asks for all of it here."""

ANSWERS = True  # over HTTP, to whoever has an access token for it

Gate = Literal["not_urgent", "telephoned", "worker_told"]
"""Whom the school telephoned before it wrote: nobody, the emergency number or the team, the child's worker."""

Urgency = Literal["immediate", "significant", "urgent", "not_urgent"]
"""The gate's own answer, the most urgent first: 999 is called; possible significant harm, the team is telephoned;
urgent, the child's worker or the duty line is telephoned; not urgent."""

Kind = Literal["concern", "update", "early_help"]
"""A new concern, an update on an open case, a request for early help."""

ParentsAgree = Literal["agreed", "refused", "not_asked"]
"""What the parents or carers say to the referral, where they know of it."""

Decision = Literal[
    "no_further_action", "signposted", "early_help", "assessment", "strategy_discussion", "added_to_case"
]
"""What the council decides: no further action, with advice; signposted to early help; early help is opened; an
assessment (Children Act 1989, section 17); a strategy discussion (section 47); added to the open case."""


class ReferralMade(Fact, key="referral_id"):
    """A school sent a concern or an update about a child. Outcome: `made`.

    A concern is taken whatever the age of the roll that it was checked against; `roll_current` false marks one whose
    child may not have been on the school's roll when it was sent. None: made before this was kept.
    """

    referral_id: UUID
    reference: str
    kind: Literal["concern", "update"]
    """A request for early help, which this was promised not to say, is a `concern` with `early_help`."""
    gate: Gate
    due_at: datetime
    urgency: Urgency | None = None
    lowered_from: Urgency | None = None
    """The most urgent answer that the sender had given before, and then lowered."""
    roll_as_of: datetime | None = None
    """Up to when the school's roll was complete; None: not known."""
    roll_current: bool | None = None
    early_help: bool = False
    described: bool = False
    """The sender described a child who is not on the roll: `children` is empty."""


class ReferralRefused(Fact, key="attempt_id"):
    """A referral was asked for and refused.

    Outcome: `not_on_roll`, `key_reused`, or `not_current` where the child was not found on a roll that may be old.
    """

    attempt_id: UUID
    roll_as_of: datetime | None = None


class ReferralRead(Fact, key="read_id"):
    """Somebody read a referral, or asked for one and was refused. Outcome: `shown` or `not_found`."""

    read_id: UUID
    referral_id: UUID | None = None
    """None where none was found."""
    reference: str | None = None
    """Which was asked for."""


class ReferralMoved(Fact, key="referral_id"):
    """The portal moved an undecided referral, because another team works with its child now. Outcome: `moved`.

    A team None: the front door. `taken_from`: the officer who had it, and has it no longer.
    """

    referral_id: UUID
    from_team: UUID | None
    to_team: UUID | None
    taken_from: UUID | None = None


class SentListRead(Fact, key="read_id"):
    """A school looked at what it has sent. Outcome: `shown`. `children`: those of the referrals that were shown."""

    read_id: UUID
    asked_child: UUID | None = None
    """Only those about this child were asked for; None: all."""
    shown: tuple[UUID, ...] = ()
    """Which referrals were shown."""


class QuestionAnswered(Fact, key="referral_id"):
    """A school answered what the council had asked it about a referral. Outcome: `answered`."""

    referral_id: UUID
    reference: str


class AnswerRefused(Fact, key="attempt_id"):
    """A school's answer was not taken. Outcome: `nothing_asked` (answered already, decided meanwhile, or another
    question is asked by now) or `not_found`."""

    attempt_id: UUID
    referral_id: UUID | None = None
    """None where none was found."""
    reference: str


class QueueRead(Fact, key="read_id"):
    """A triage officer read a page of the queue of referrals; `children` are those on it. Outcome: `shown`."""

    read_id: UUID
    shown: int
    """How many referrals were on the page."""


class ReferralTaken(Fact, key="referral_id"):
    """A triage officer took a referral, to decide about it. Outcome: `taken`."""

    referral_id: UUID
    reference: str


class ReferralGivenBack(Fact, key="referral_id"):
    """The officer who had a referral gave it back, so that anybody may take it. Outcome: `given_back`."""

    referral_id: UUID
    reference: str


class ReferralReassigned(Fact, key="referral_id"):
    """A triage officer gave a referral to an officer, whoever had it before. Outcome: `reassigned`."""

    referral_id: UUID
    reference: str
    to_account: UUID
    from_account: UUID | None = None
    """Who had it before; None: nobody."""


class ReferralAcknowledged(Fact, key="referral_id"):
    """The council acknowledged a referral: the school is told that somebody has read it. Outcome: `acknowledged`."""

    referral_id: UUID
    reference: str


class SchoolAsked(Fact, key="referral_id"):
    """A triage officer asked the school for more about a referral. Outcome: `asked`. The question is not in it."""

    referral_id: UUID
    reference: str


class ReferralDecided(Fact, key="referral_id"):
    """The council decided what becomes of a referral. Outcome: `decided`. The reasons are not in it."""

    referral_id: UUID
    reference: str
    decision: Decision


class HandlingRefused(Fact, key="attempt_id"):
    """A triage officer tried to do something with a referral and was refused, and nothing of it was done.

    Outcome: `already_decided`; `changed_meanwhile` (somebody did something since the officer's page was made);
    `held_by_another` (another officer has it); `not_held` (nobody has it, so nobody can give it back);
    `already_received` (it was acknowledged before); `not_an_officer` (it cannot be given to that account);
    `not_found`.
    """

    attempt_id: UUID
    wanted: Literal["take", "give_back", "reassign", "acknowledge", "ask", "decide"]
    reference: str
    referral_id: UUID | None = None
    """None where there is none with this reference."""


class ReferralOverdue(Fact, key="referral_id"):
    """Nobody at the council acknowledged a referral in time: the portal has noticed. Outcome: `overdue`."""

    referral_id: UUID
    reference: str
    due_at: datetime
    """By when somebody should have."""


NoticeKind = Literal["made", "acknowledged", "asked", "answered", "decided", "overdue"]
"""What somebody is told of by e-mail: a referral was made, acknowledged; the school was asked, has answered; it was
decided; nobody acknowledged it in time."""


class NoticeSent(Fact, key="notice_id"):
    """The portal told somebody by e-mail that there is something about a referral to read.

    Outcome: `told` (the mail server has taken it), or `given_up`: it became too old before everybody was told.
    """

    notice_id: UUID
    """The id of the event that it tells of."""
    referral_id: UUID
    reference: str
    about: NoticeKind
    to_account: UUID | None = None
    """None: the officers' mailbox; or given up."""
