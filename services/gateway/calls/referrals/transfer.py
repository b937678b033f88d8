"""Referrals: how far each is on its way into the council's case system."""

from datetime import datetime

from services.gateway.calls.http import Client, Reply
from services.gateway.calls.referrals import at


class TransferReply(Reply):
    """How far one referral is. `case_system` none: no case system is set up. None: not yet, not known."""

    reference: str
    school: str
    school_name: str | None = None
    state: str
    """waiting, sent or acknowledged."""
    since: datetime
    attempts: int
    next_at: datetime
    sent_at: datetime | None = None
    trouble: str | None = None
    late_at: datetime | None = None
    acknowledged_at: datetime | None = None
    source_number: str | None = None
    case_system: str = "none"


class TransfersReply(Reply):
    """What the case system has not acknowledged: `count` in all, `late` of them, and the oldest of them."""

    count: int
    late: int
    case_system: str
    transfers: tuple[TransferReply, ...] = ()


class Transfers(Client, service="referrals"):
    """For triage officers."""

    async def waiting(self) -> TransfersReply:
        return await self.ask(TransfersReply, "GET", "/transfers")

    async def one(self, reference: str) -> TransferReply:
        """Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(TransferReply, "GET", at(reference, "/transfer"))

    async def again(self, reference: str) -> TransferReply:
        """Hand it over again. Raises Refused: referral-not-found, or 422, mistyped."""
        return await self.ask(TransferReply, "POST", at(reference, "/transfer/again"), json={})
