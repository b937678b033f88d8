"""The copy of a referral: everything that was sent, in words and in order. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.referrals.making.domain.concern import Concern
from services.referrals.making.domain.referral import ChildDescribed, ChildSent, Referral, Sender
from shared.clock import LONDON
from shared.contracts.referrals.words import CONFIDENTIAL, GATES, KINDS, URGENCY

AGREE: Mapping[str, str] = {"agreed": "Yes", "refused": "No", "not_asked": "They were not asked"}
ROLES: Mapping[str, str] = {"headteacher": "headteacher", "lead": "safeguarding lead"}
"""The gateway's pages call these the same: a test holds that."""
NOT_GIVEN = "Not given"


@dataclass(frozen=True, slots=True)
class FileInCopy:
    """One file of a referral. `type` names a FileType of inspecting; `size` is in bytes; `scan` is unscanned, clean or
    infected, as attachments has it."""

    attachment_id: UUID
    name: str
    type: str
    size: int
    scan: str


@dataclass(frozen=True, slots=True)
class Original:
    """All that was sent with one referral, as it is kept."""

    referral: Referral
    files: tuple[FileInCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One thing that was said: what it is, and the words, in paragraphs divided by line breaks."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CopyPart:
    heading: str
    lines: tuple[CopyLine, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that says everything that was sent. `title` names no person."""

    title: str
    confidential: str
    made_at: datetime
    parts: tuple[CopyPart, ...]


def copy_of(sent: Original) -> Copy:
    """The copy of what was sent; the same at any time, for it looks at nothing else."""
    parts = [
        CopyPart("This referral", tuple(_referral(sent.referral))),
        CopyPart("The child", tuple(_child(sent.referral.child))),
        CopyPart("What the school wrote", tuple(_written(sent.referral.concern))),
        CopyPart("Files sent with it", tuple(_files(sent.files))),
    ]
    return Copy(f"Referral {sent.referral.reference}", CONFIDENTIAL, sent.referral.made_at, tuple(parts))


def _referral(sent: Referral) -> Iterator[CopyLine]:
    said = sent.concern
    urgent = URGENCY.get(said.urgency or "") or GATES.get(said.gate, said.gate)
    yield CopyLine("Reference", sent.reference)
    name, urn = sent.sender.school_name, f"URN {sent.school}"
    yield CopyLine("School", f"{name} ({urn})" if name else urn)
    yield CopyLine("Sent by", _sender(sent.sender))
    yield CopyLine("Sent at", moment(sent.made_at))
    yield CopyLine("Kind", KINDS.get(said.kind, said.kind))
    yield CopyLine("How urgent", urgent)
    if said.lowered_from:
        yield CopyLine("Answered before that", URGENCY.get(said.lowered_from, said.lowered_from))
    if said.called_at or said.called_number:
        yield CopyLine("The school called", _call(said))
    yield CopyLine("To be acknowledged by", moment(sent.due_at))


def _sender(sender: Sender) -> str:
    role = ROLES.get(sender.role or "", sender.role or "")
    return ", ".join(filter(None, (sender.name or "Name not known", role)))


def _call(said: Concern) -> str:
    return " at ".join(filter(None, (said.called_number, moment(said.called_at) if said.called_at else None)))


def _child(child: ChildSent | None) -> Iterator[CopyLine]:
    if child is None:
        yield CopyLine("Name and date of birth", "This was not kept for this referral")
        return
    yield CopyLine("Name", f"{child.given_name} {child.family_name}")
    yield CopyLine("Date of birth", day(child.born) if child.born else "Not known to the sender")
    if isinstance(child, ChildDescribed):
        yield CopyLine("Described by the sender, because the child is not on the school's roll", child.why)


def _written(said: Concern) -> Iterator[CopyLine]:
    yield CopyLine("What has happened", said.concern)
    yield CopyLine("What the child said", said.child_said or NOT_GIVEN)
    yield CopyLine("Who else is in the family", said.family or NOT_GIVEN)
    yield CopyLine("What the school has done so far", said.done_so_far or NOT_GIVEN)
    yield CopyLine("Do the parents or carers know?", "Yes" if said.parents_know else "No")
    if said.parents_agree:
        yield CopyLine("Do they agree that this is sent?", AGREE.get(said.parents_agree, said.parents_agree))
    if said.parents_reason:
        yield CopyLine("Why not", said.parents_reason)
    yield CopyLine("How to reach the sender", said.contact)


def _files(files: tuple[FileInCopy, ...]) -> Iterator[CopyLine]:
    for place, file in enumerate(files, start=1):
        yield CopyLine(f"File {place}", f"{file.name} ({file.size:,} bytes)")
    if not files:
        yield CopyLine("Files", "None")


def day(value: date) -> str:
    """3 April 2026, as people in England say it."""
    return f"{value.day} {value.strftime('%B %Y')}"


def moment(value: datetime) -> str:
    """14:02 on Tuesday 24 November 2026, London time."""
    local = value.astimezone(LONDON)
    return f"{local.strftime('%H:%M on %A')} {day(local.date())}"
