"""Referrals: the copy of a referral, everything that was sent, as lines for a page or as a PDF."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from services.gateway.calls.http import Client, Reply


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
    """For the council, and for a school of what it has sent. `reference` may be anything that was typed."""

    async def read(self, reference: str) -> CopyReply:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(CopyReply, "GET", f"/referrals/{quote(reference, safe='')}/receipt")

    async def pdf(self, reference: str) -> bytes:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.file(f"/referrals/{quote(reference, safe='')}/receipt.pdf")
