"""Legal holds: which referrals must be kept whatever their age, and setting and lifting that."""

from services.gateway.calls.http import Client, Nothing
from shared.contracts.referrals import HoldSet
from shared.contracts.referrals.lists import StandingHolds

HOLD_REASON_MAX, HELD_REFERENCE_MAX = 1000, 40
"""Characters that may be sent; docs/openapi/referrals.json has the same."""


class Holds(Client, service=HoldSet.owner):
    async def standing(self) -> StandingHolds:
        """The newest first."""
        return await self.ask(StandingHolds, "GET", "/holds")

    async def put(self, reference: str, why: str) -> None:
        """Raises Refused: held-already, referral-not-found, or 422 with what to mend."""
        await self.ask(Nothing, "POST", "/holds", json={"reference": reference, "why": why})

    async def lift(self, reference: str) -> None:
        """Raises Refused: not-held-now, referral-not-found."""
        await self.ask(Nothing, "POST", "/holds/lifting", json={"reference": reference})
