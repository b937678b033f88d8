"""Referrals: the copy of a referral, everything that was sent, as lines for a page or as a PDF."""

from services.gateway.calls.http import Client
from services.gateway.calls.referrals import at
from shared.contracts.referrals.lists import CopyTold


class Copies(Client, service="referrals"):
    """For the council, and for a school of what it has sent."""

    async def read(self, reference: str) -> CopyTold:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(CopyTold, "GET", at(reference, "/receipt"))

    async def pdf(self, reference: str) -> bytes:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.file(at(reference, "/receipt.pdf"))
