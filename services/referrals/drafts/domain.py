"""A draft: about which child, what is answered so far, and what is to be mended before it can be sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.referrals.making.domain.concern import GATES, Concern, lowered
from shared.contracts.referrals import Kind, ParentsAgree, Urgency
from shared.contracts.referrals.answers import Receipt
from shared.database.refusal import Refusal
from shared.typed import Fault

LOWER = "Say if it is less urgent now"
NOBODY = "Choose if the child is in danger now"


class DraftNotFound(Refusal):
    """There is no draft here that you may open. It may have been thrown away, or its time is over."""


class AlreadySent(Refusal):
    """This has been sent, so nothing of it can be changed."""


@dataclass(frozen=True, slots=True)
class LineShown:
    """A number to call about this child, as the answer to the search showed it."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False


@dataclass(frozen=True, slots=True)
class DraftChild:
    """The child that a draft is about: as the search showed it, or, with `why_not_on_roll`, as its writer describes it.

    `open_case`: the search said that children's services work with the child; `has_worker`: and who.
    """

    given_name: str
    family_name: str
    born: date | None
    why_not_on_roll: str | None = None
    has_worker: bool = False
    open_case: bool = False
    lines: tuple[LineShown, ...] = ()

    @property
    def has_somebody(self) -> bool:
        """Whether there is somebody of the child's own to call when it is urgent: a worker, or a team's duty line."""
        return self.has_worker or self.open_case


@dataclass(frozen=True, slots=True)
class Answers:
    """What is answered so far. None: not yet; an empty text: left out."""

    kind: Kind | None = None
    urgency: Urgency | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    concern: str | None = None
    child_said: str | None = None
    family: str | None = None
    parents_know: bool | None = None
    parents_agree: ParentsAgree | None = None
    parents_reason: str | None = None
    done_so_far: str | None = None
    contact: str | None = None

    def faults(self, now: datetime) -> list[Fault]:
        """What must be mended or answered before this can be sent, by the rules of sending and of the form."""
        agree_asked = self.parents_know is True and self.parents_agree is None
        said = [
            ("urgency", self.urgency is None, "Say if the child is in danger now"),
            ("kind", self.kind is None, "Say what you want to send"),
            ("parents_know", self.parents_know is None, "Say if the parents or carers know"),
            ("parents_agree", agree_asked, "Say if the parents or carers agree"),
            ("done_so_far", not self.done_so_far, "Enter what your school has done so far"),
        ]
        return [(where, why) for where, wrong, why in said if wrong] + self.concern_sent(None).faults(now)

    def concern_sent(self, highest: Urgency | None) -> Concern:
        """As it is sent; what is not answered yet stands as what asks for least, so that only `faults` speaks of it."""
        urgency = self.urgency or "not_urgent"
        texts = {name: getattr(self, name) or None for name in ("child_said", "family", "called_number")}
        knows = self.parents_know is not False
        return Concern(
            **texts,
            gate=GATES[urgency],
            called_at=self.called_at,
            kind=self.kind or "concern",
            concern=self.concern or "",
            done_so_far=self.done_so_far or "",
            parents_know=knows,
            parents_reason=self._reason,
            contact=self.contact or "",
            urgency=urgency,
            lowered_from=lowered(urgency, highest),
            parents_agree=self.parents_agree if knows else None,
        )

    @property
    def _reason(self) -> str | None:
        """A reason that was typed before the answer changed, and is not asked for any more, is not sent."""
        agreed = self.parents_know is True and self.parents_agree == "agreed"
        return None if agreed else self.parents_reason or None


@dataclass(frozen=True, slots=True)
class HeldDraft:
    """What a draft holds. `highest`: the most urgent answer that was given, and stood, on the way."""

    child: DraftChild
    answers: Answers = field(default_factory=Answers)
    highest: Urgency | None = None

    def answered(self, given: Mapping[str, Any], less_urgent: bool) -> HeldDraft | list[Fault]:
        """With the answers of one page; or what to mend: one that is less urgent than before must be said to be so."""
        urgency = given.get("urgency")
        if urgency is None:
            return replace(self, answers=replace(self.answers, **given))
        if urgency == "urgent" and not self.child.has_somebody:
            return [("urgency", NOBODY)]
        if lowered(urgency, self.answers.urgency) and not less_urgent:
            return [("less_urgent", LOWER)]
        highest = self.highest if lowered(urgency, self.highest) else urgency
        return replace(self, answers=replace(self.answers, **given), highest=highest)

    def told(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as it is kept: its words are sealed, and gone once it is sent."""

    draft_id: UUID
    account: UUID
    school: str
    child_id: UUID | None
    started_at: datetime
    saved_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    version: int
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft and what it holds; `sent`: the receipt of what was made of it, which holds the words now."""

    row: DraftRow
    draft: HeldDraft | None
    to_mend: list[Fault] = field(default_factory=list)
    sent: Receipt | None = None
