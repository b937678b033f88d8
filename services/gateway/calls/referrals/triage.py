"""Triage: the queue of referrals, one of them as officers see it, and what they do with it."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from services.gateway.calls.http import Client, Nothing, Reply
from services.gateway.calls.referrals import OpenedReferral, at
from shared.contracts.referrals import ReferralTaken

QUESTION_MAX, SCHOOL_WORDS_MAX, REASON_MAX, SCHOOL_MAX = 2000, 2000, 4000, 200
"""Characters that an officer's words and a school's name may have; docs/openapi/referrals.json has the same."""
COUNTED_MAX = 1000
"""How far referrals counts; that many are that many or more."""


class QueueLine(Reply):
    """One referral in the queue. `worker` None where `worker_known` is false: whether there is one is not known now."""

    reference: str
    version: int
    standing: str
    overdue: bool = False
    urgency: str | None = None
    gate: str
    kind: str
    made_at: datetime
    due_at: datetime
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    described: bool = False
    """Of a child who is not on the school's roll, and whom nobody has found in the records yet."""
    restricted: bool = False
    worker: str | None = None
    worker_team: str | None = None
    worker_known: bool = False
    school: str
    school_name: str | None = None
    sender_name: str | None = None
    sender_role: str | None = None
    team: str | None = None
    front_door: bool = False
    taken_by: UUID | None = None
    taken_by_name: str | None = None
    acknowledged: bool = False
    decided_at: datetime | None = None
    decision: str | None = None


class QueueCounts(Reply):
    """Each up to COUNTED_MAX."""

    to_acknowledge: int
    to_decide: int


class TeamOfQueue(Reply):
    team_id: UUID
    name: str


class Queue(Reply):
    """A page of it. `next`: where it goes on; None: it does not."""

    referrals: list[QueueLine]
    next: str | None = None
    counts: QueueCounts
    teams: tuple[TeamOfQueue, ...] = ()


class HandlingStep(Reply):
    """One step of how a referral was handled; `by` None: the portal itself."""

    at: datetime
    act: str
    by: UUID | None = None
    by_name: str | None = None
    to_name: str | None = None
    to_team_name: str | None = None
    decision: str | None = None
    for_school: str | None = None
    for_council: str | None = None


class Handled(Reply):
    """How a referral stands, and each step to that, the oldest first."""

    version: int
    standing: str
    team_id: UUID | None = None
    team_name: str | None = None
    taken_by: UUID | None = None
    taken_by_name: str | None = None
    acknowledged_at: datetime | None = None
    overdue_at: datetime | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    steps: tuple[HandlingStep, ...] = ()


class InCaseSystemReply(Reply):
    """How far a referral is on its way into the case system: not_set_up, waiting, sent or acknowledged, since when, and
    as which number it is there."""

    state: str
    since: datetime
    late: bool = False
    number: str | None = None


class OfficersReferral(OpenedReferral):
    """A referral as triage officers see it. None: an older referrals service does not tell, or it has not begun."""

    handling: Handled | None = None
    in_case_system: InCaseSystemReply | None = None


class OfficerNamed(Reply):
    account_id: UUID
    name: str


class OfficersNamed(Reply):
    officers: list[OfficerNamed]


class Triage(Client, service=ReferralTaken.owner):
    """Each act raises Refused: act-refused (409: somebody was first,
    or has it; 422: it cannot be given to that account), referral-not-found, or 422 with what to mend; NoRecord."""

    async def queue(self, asked: Mapping[str, str]) -> Queue:
        """`asked`: filters and `after`, by referrals' own names. Raises Refused: 422."""
        return await self.ask(Queue, "GET", f"/queue?{urlencode(asked)}")

    async def open(self, reference: str) -> OfficersReferral:
        """Raises Refused: referral-not-found, or 422 with what to mend."""
        return await self.ask(OfficersReferral, "GET", at(reference))

    async def officers(self) -> list[OfficerNamed]:
        return (await self.ask(OfficersNamed, "GET", "/officers")).officers

    async def take(self, reference: str, version: int) -> None:
        await self._act(reference, "taking", version)

    async def give_back(self, reference: str, version: int) -> None:
        await self._act(reference, "giving-back", version)

    async def acknowledge(self, reference: str, version: int) -> None:
        await self._act(reference, "acknowledging", version)

    async def reassign(self, reference: str, version: int, to: UUID) -> None:
        await self._act(reference, "reassigning", version, to=str(to))

    async def ask_school(self, reference: str, version: int, question: str) -> None:
        await self._act(reference, "question", version, question=question)

    async def decide(
        self, reference: str, version: int, decision: str, for_school: str | None, for_council: str
    ) -> None:
        said = {"decision": decision, "for_school": for_school, "for_council": for_council}
        await self._act(reference, "decision", version, **said)

    async def _act(self, reference: str, act: str, version: int, **said: str | None) -> None:
        await self.ask(Nothing, "POST", at(reference, f"/{act}"), json={"version": version, **said})
