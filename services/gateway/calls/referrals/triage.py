"""Triage: the queue of referrals, one of them as officers see it, and what they do with it."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from services.gateway.calls.http import Client, Nothing
from services.gateway.calls.referrals import OpenedReferral, at
from shared.contracts.referrals import ReferralTaken
from shared.contracts.referrals.lists import OfficerNamed, OfficersNamed, Queue

QUESTION_MAX, SCHOOL_WORDS_MAX, REASON_MAX, SCHOOL_MAX = 2000, 2000, 4000, 200
"""Characters that an officer's words and a school's name may have; docs/openapi/referrals.json has the same."""


class Triage(Client, service=ReferralTaken.owner):
    """Each act raises Refused: act-refused (409: somebody was first,
    or has it; 422: it cannot be given to that account), referral-not-found, or 422 with what to mend; NoRecord."""

    async def queue(self, asked: Mapping[str, str]) -> Queue:
        """`asked`: filters and `after`, by referrals' own names. Raises Refused: 422."""
        return await self.ask(Queue, "GET", f"/queue?{urlencode(asked)}")

    async def open(self, reference: str) -> OpenedReferral:
        """Raises Refused: referral-not-found, or 422 with what to mend."""
        return await self.ask(OpenedReferral, "GET", at(reference))

    async def officers(self) -> tuple[OfficerNamed, ...]:
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
