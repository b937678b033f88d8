"""Referrals: one is opened, by a triage officer or by the school that sent it. Drafts have a module of their own."""

from urllib.parse import quote

from services.gateway.calls.http import Client
from shared.contracts.referrals import ReferralMade
from shared.contracts.referrals.answers import ReferralInFull

CONCERN_MAX, DETAIL_MAX, CONTACT_MAX, NUMBER_MAX = 4000, 2000, 200, 40
"""Characters that a referral's texts may have; docs/openapi/referrals.json has the same."""


def at(reference: str, of: str = "") -> str:
    """The address of a referral, or of something of it; `reference` may be anything that was typed."""
    return f"/referrals/{quote(reference, safe='')}{of}"


class OpenedReferral(ReferralInFull):
    """A referral as it was sent, and what the council's records say of its child now."""

    def differs(self, *names: str) -> bool:
        """Whether the records say another thing now than the sender's page did, in one of these fields of the child."""
        then, now = self.child_written, self.child
        if then is None or now is None:
            return False
        return any(getattr(then, name) != getattr(now, name) for name in names if name not in now.unreadable)


class Referrals(Client, service=ReferralMade.owner):
    async def open(self, reference: str) -> OpenedReferral:
        """Raises Refused: referral-not-found, or 422 with what to mend."""
        return await self.ask(OpenedReferral, "GET", at(reference))
