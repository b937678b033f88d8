"""Sending a referral, over HTTP: read the request, call one command, write the response."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import Field, StrictBool

from services.referrals.making import commands
from services.referrals.making.commands import MakeReferral
from services.referrals.making.domain.bounds import CONCERN_MAX, CONTACT_MAX, NAME_MAX, NUMBER_MAX, TEXT_MAX
from services.referrals.making.domain.concern import GATES, Concern, ToMend, lowered
from services.referrals.making.domain.referral import ChildWritten
from services.referrals.settings import Settings
from shared.contracts.referrals import Gate, Kind, ParentsAgree, Urgency
from shared.contracts.referrals.answers import Receipt
from shared.typed import Line, Phone, Text
from shared.web.body import Moment, Tidied, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()


class ChildAsShown(Tidied):
    """The child as the sender's page showed it."""

    given_name: Line = Field(max_length=NAME_MAX)
    family_name: Line = Field(max_length=NAME_MAX)
    born: date


class ReferralAsked(Tidied):
    """A concern or update about a child, behind the gate that sends what is urgent to the telephone first.

    Text is tidied before it is measured.
    """

    child_id: UUID
    urgency: Urgency | None = None
    """The gate's answer; required, except from yesterday's page, which sends `gate` instead."""
    lowered_from: Urgency | None = None
    """The most urgent answer before it, where the sender lowered that; ignored if it is no more urgent."""
    gate: Gate | None = None
    called_at: Moment = None
    called_number: Phone | None = Field(default=None, max_length=NUMBER_MAX)
    kind: Kind
    concern: Text = Field(max_length=CONCERN_MAX)
    done_so_far: Text = Field(max_length=TEXT_MAX)
    parents_know: StrictBool
    parents_reason: Text | None = Field(default=None, max_length=TEXT_MAX)
    contact: Line = Field(max_length=CONTACT_MAX)
    child_said: Text | None = Field(default=None, max_length=TEXT_MAX)
    family: Text | None = Field(default=None, max_length=TEXT_MAX)
    child: ChildAsShown | None = None
    parents_agree: ParentsAgree | None = None

    def asked(self, idempotency_key: UUID) -> MakeReferral:
        """Raises ToMend where the gate was not answered."""
        if self.urgency is None and self.gate is None:
            raise ToMend([("urgency", "Say if the child is in danger now")])
        return MakeReferral(idempotency_key, self.child_id, self._concern(), self._child())

    def _concern(self) -> Concern:
        said = self.model_dump(exclude={"child_id", "child", "gate", "lowered_from"})
        if self.urgency is None:
            assert self.gate is not None
            return Concern(**said, gate=self.gate)
        before = lowered(self.urgency, self.lowered_from)
        return Concern(**said, gate=GATES[self.urgency], lowered_from=before)

    def _child(self) -> ChildWritten | None:
        return ChildWritten(**self.child.model_dump()) if self.child else None


@router.post("/referrals", status_code=201)
async def post_referral(
    asked: ReferralAsked,
    idempotency_key: Annotated[UUID, Header()],
    asking: Annotated[Authenticated[Settings], guard("lead", "headteacher")],
) -> Receipt:
    """Send a concern or an update about a child on the acting school's roll, however old the records of it are."""
    try:
        ask = asked.asked(idempotency_key)
        async with asking.transaction() as tx:
            receipt = await commands.make_referral(tx, asking.caller, ask, asking.settings)
    except ToMend as wrong:
        raise malformed(wrong.faults) from None
    return receipt
