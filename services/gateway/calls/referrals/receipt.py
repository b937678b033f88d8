"""Referrals: the copy of a referral, everything that was sent, as lines for a page or as a PDF."""

from datetime import datetime

from services.gateway.calls.http import Client, Reply
from services.gateway.calls.referrals import at


class CopyLineReply(Reply):
    label: str
    text: str
    """Paragraphs, divided by line breaks."""


class CopyPartReply(Reply):
    heading: str
    lines: tuple[CopyLineReply, ...]


class CopyReply(Reply):
    """Everything that was sent with a referral, in words and in order. `title` names no person."""

    title: str
    confidential: str
    made_at: datetime
    parts: tuple[CopyPartReply, ...]


class Copies(Client, service="referrals"):
    """For the council, and for a school of what it has sent."""

    async def read(self, reference: str) -> CopyReply:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(CopyReply, "GET", at(reference, "/receipt"))

    async def pdf(self, reference: str) -> bytes:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.file(at(reference, "/receipt.pdf"))
