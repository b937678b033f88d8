"""Referrals: what a school has sent, where each stands, and its answers to the council."""

from datetime import date, datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply

ANSWER_MAX = 4000
"""Characters that an answer may have; docs/openapi/referrals.json has the same."""


class SentChild(Reply):
    """The child as the sender's page showed it; or, one who is not on the roll, as the sender described it."""

    given_name: str
    family_name: str
    born: date | None = None
    why: str | None = None
    """Of a child that was described: why it is not on the roll."""


class SentOne(Reply):
    """A referral that the school has sent, and where it stands. None: not known, not yet, nobody."""

    referral_id: UUID
    reference: str
    child: SentChild | None = None
    made_at: datetime
    due_at: datetime
    sender_name: str | None = None
    sender_role: str | None = None
    kind: str
    gate: str
    urgency: str | None = None
    standing: str
    """sent, received, being_decided, asked or decided."""
    acknowledged_at: datetime | None = None
    acknowledged_by_name: str | None = None
    taken_at: datetime | None = None
    taken_by_name: str | None = None
    asked: bool = False
    """Whether the council waits for an answer of the school."""
    overdue_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by_name: str | None = None
    decision: str | None = None


class SentList(Reply):
    """A page of them, the newest first. `more`: there are older ones; `asked`: how many of all wait for an answer."""

    sent: tuple[SentOne, ...] = ()
    more: bool = False
    asked: int = 0


class SentWords(Reply):
    """What was sent, word for word."""

    lowered_from: str | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    concern: str
    done_so_far: str
    parents_know: bool
    parents_agree: str | None = None
    parents_reason: str | None = None
    contact: str
    child_said: str | None = None
    family: str | None = None


class SentStep(Reply):
    """One step as the school may read it: acknowledged, asked, answered, overdue or decided."""

    place: int
    at: datetime
    act: str
    by_name: str | None = None
    decision: str | None = None
    words: str | None = None


class SentWhole(SentOne):
    """One of them in full."""

    school: str
    school_name: str | None = None
    written: SentWords
    steps: tuple[SentStep, ...] = ()

    @property
    def question(self) -> SentStep | None:
        """What the council asks now; None: nothing."""
        asked = [step for step in self.steps if step.act == "asked"]
        return asked[-1] if self.asked and asked else None

    @property
    def outcome(self) -> SentStep | None:
        """The step in which it was decided."""
        return next((step for step in reversed(self.steps) if step.act == "decided"), None)

    @property
    def messages(self) -> tuple[SentStep, ...]:
        """What the council asked and the school answered, in order."""
        return tuple(step for step in self.steps if step.act in ("asked", "answered"))


class Sent(Client, service="referrals"):
    """For a lead or a headteacher: of the school that they act for, whoever of it has sent it."""

    async def page(self, after: str | None = None) -> SentList:
        """What the school has sent, or what is older than the one of a reference. Raises Refused: 422, mistyped."""
        return await self.ask(SentList, "GET", f"/sent?{urlencode({'after': after})}" if after else "/sent")

    async def recent(self, child_id: UUID, days: int) -> tuple[SentOne, ...]:
        """What the school has sent about this child in the last days, the newest first."""
        asked = urlencode({"child_id": str(child_id), "days": days})
        return (await self.ask(SentList, "GET", f"/sent?{asked}")).sent

    async def open(self, reference: str) -> SentWhole:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(SentWhole, "GET", f"/sent/{quote(reference, safe='')}")

    async def answer(self, reference: str, question: int, words: str) -> None:
        """Twice the same is once. `question`: its place among the steps. Raises Refused: referral-not-found,
        nothing-asked, or 422 with what to mend."""
        said = {"question": question, "words": words}
        await self.ask(Nothing, "POST", f"/sent/{quote(reference, safe='')}/answer", json=said)
