"""Referrals: how far each is on its way into the council's case system."""

from services.gateway.calls.http import Client
from services.gateway.calls.referrals import at
from shared.contracts.referrals.lists import TransfersTold, TransferTold


class Transfers(Client, service="referrals"):
    """For triage officers."""

    async def waiting(self) -> TransfersTold:
        return await self.ask(TransfersTold, "GET", "/transfers")

    async def one(self, reference: str) -> TransferTold:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(TransferTold, "GET", at(reference, "/transfer"))

    async def again(self, reference: str) -> TransferTold:
        """Hand it over again. Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(TransferTold, "POST", at(reference, "/transfer/again"), json={})
