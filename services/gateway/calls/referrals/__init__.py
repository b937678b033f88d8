"""Referrals: one is opened, by a triage officer or by the school that sent it. Drafts have a module of their own."""

from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID

from services.gateway.calls.http import Client, Reply
from shared.contracts.referrals import ReferralMade

CONCERN_MAX, DETAIL_MAX, CONTACT_MAX, NUMBER_MAX = 4000, 2000, 200, 40
"""Characters that a referral's texts may have; docs/openapi/referrals.json has the same."""


def at(reference: str, of: str = "") -> str:
    """The address of a referral, or of something of it; `reference` may be anything that was typed."""
    return f"/referrals/{quote(reference, safe='')}{of}"


class SentReferral(Reply):
    """A referral that was taken."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None = None
    """Up to when the school's roll was known; None: never completely."""
    roll_current: bool = True
    """False: the roll was too old to check the child against it. The referral was taken all the same."""


class SendersChild(Reply):
    """The child as the sender's page showed it when the referral was sent."""

    given_name: str
    family_name: str
    born: date


class SendersDescription(Reply):
    """A child who is not on the sender's roll, as the sender described it. `why`: why it is not."""

    given_name: str
    family_name: str
    born: date | None = None
    why: str


class RecordsWorker(Reply):
    """Somebody allocated to the child today; an empty name: not known yet. No phone: the duty line serves."""

    name: str
    role: str
    lead: bool = False
    team: str | None = None
    phone: str | None = None
    duty_phone: str | None = None


class RecordsChild(SendersChild):
    """The child as the council's records have it now. `unreadable` names what nobody can read in its source."""

    upn: str | None = None
    restricted: bool = False
    unreadable: tuple[str, ...] = ()
    workers: tuple[RecordsWorker, ...] | None = None
    """None: not told."""


class OpenedReferral(Reply):
    """A referral as it was sent, and what the council's records say of its child now. None: not known."""

    reference: str
    made_at: datetime
    due_at: datetime
    gate: str
    urgency: str | None = None
    lowered_from: str | None = None
    roll_as_of: datetime | None = None
    roll_current: bool | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    kind: str
    concern: str
    done_so_far: str
    parents_know: bool
    parents_agree: str | None = None
    parents_reason: str | None = None
    contact: str
    child_said: str | None = None
    family: str | None = None
    school: str
    school_name: str | None = None
    sender_name: str | None = None
    sender_role: str | None = None
    child_written: SendersChild | None = None
    described: SendersDescription | None = None
    child: RecordsChild | None = None
    records_as_of: datetime | None = None
    records_current: bool | None = None

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
