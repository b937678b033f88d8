"""Referrals' front door: read the request, call one command, write the response."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from services.referrals import commands, domain
from services.referrals.commands import MakeReferral, ToMend
from services.referrals.domain import GATES, ChildWritten, Concern, Fault, Gate, Kind, Present, Referral, Urgency
from services.referrals.settings import Settings
from shared.typed import Line, Phone, Text
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()

CONCERN_MAX = 4000
TEXT_MAX = 2000
CONTACT_MAX = 200
NUMBER_MAX = 40
NAME_MAX = 1000  # no bound of ours: whatever the council's records have as a name


def _written(value: Any) -> Any:
    """Only a written time: a bare number would be read as seconds since 1970."""
    if (isinstance(value, str) and not value.strip().isdigit()) or value is None:
        return value
    raise ValueError("This must be a date and time, as ISO 8601 has it")


Time = Annotated[AwareDatetime | None, BeforeValidator(_written)]


class Tidied(Body):
    """A body that refuses no character: what nobody sees is dropped from its text (shared/typed.py)."""

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, data: Any) -> Any:
        return data


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
    """The gate's answer; required, but from a page of before that says `gate` instead."""
    lowered_from: Urgency | None = None
    """The most urgent answer before it, where the sender lowered that; passed over where it is no more urgent."""
    gate: Gate | None = None
    called_at: Time = None
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
        before = domain.lowered(self.urgency, self.lowered_from)
        return Concern(**said, gate=GATES[self.urgency], lowered_from=before)

    def _child(self) -> ChildWritten | None:
        return ChildWritten(**self.child.model_dump()) if self.child else None


def _malformed(part: str, faults: list[Fault]) -> RequestValidationError:
    return RequestValidationError([_fault(part, fault) for fault in faults])


def _fault(part: str, fault: Fault) -> dict[str, Any]:
    where, why = fault
    return {"type": "value_error", "loc": (part, where), "msg": why}


class ReferralShown(BaseModel):
    """What the sender is told."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None
    """Up to when the school's roll was complete when it was sent; None: not known."""
    roll_current: bool
    """False: the child may not have been on the roll any more; it is taken all the same, and marked."""


class ConcernShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    urgency: Urgency | None
    """None: of a referral that was made before this was kept."""
    lowered_from: Urgency | None
    gate: Gate
    called_at: datetime | None
    called_number: str | None
    kind: Kind
    concern: str
    done_so_far: str
    parents_know: bool
    parents_reason: str | None
    contact: str
    child_said: str | None
    family: str | None


class ChildWrittenShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    given_name: str
    family_name: str
    born: date


class WorkerShown(BaseModel):
    """A worker allocated to the child today. No phone: the team's duty line serves."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    duty_phone: str | None


class ChildShown(ChildWrittenShown):
    """The child as the council's records have it now. `unreadable` names what of it the source has and nobody can read;
    of a restricted child no worker is told."""

    upn: str | None
    restricted: bool
    unreadable: list[str]
    workers: list[WorkerShown]


class ReferralInFull(ConcernShown):
    """A referral as it was sent, and, for the council's own, what the records say of the child now."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None
    roll_current: bool | None
    """None: made before this was kept."""
    child_id: UUID
    school: str
    school_name: str | None
    made_by: UUID
    sender_name: str | None
    sender_role: str | None
    child_written: ChildWrittenShown | None
    """As the sender's page showed the child; None: made before this was kept."""
    child: ChildShown | None = None
    """Only for the council's own. None there too: the records have no such child now, if they are current."""
    records_as_of: datetime | None = None
    """Up to when the council's records are complete of this child; None: not known, or not told to a school."""
    records_current: bool | None = None


@router.post("/referrals", status_code=201)
async def post_referral(
    asked: ReferralAsked,
    idempotency_key: Annotated[UUID, Header()],
    asking: Annotated[Authenticated[Settings], guard("lead", "headteacher")],
) -> ReferralShown:
    """Send a concern or an update about a child of the acting school's roll, however old what is known of the roll."""
    try:
        ask = asked.asked(idempotency_key)
        async with asking.transaction() as tx:
            referral = await commands.make_referral(tx, asking.caller, ask, asking.settings.rules)
    except ToMend as wrong:
        raise _malformed("body", wrong.faults) from None
    return _shown(referral)


def _shown(referral: Referral) -> ReferralShown:
    return ReferralShown(
        referral_id=referral.referral_id,
        reference=referral.reference,
        made_at=referral.made_at,
        due_at=referral.due_at,
        roll_as_of=referral.roll_as_of,
        roll_current=bool(referral.roll_current),
    )


@router.get("/referrals/{reference}")
async def get_referral(
    reference: Annotated[str, Path()],
    asking: Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")],
) -> ReferralInFull:
    """Read a referral: a school what it wrote, the council's own what its records say now too. Always recorded."""
    tidy = domain.tidy_reference(reference)
    if not tidy:
        raise _malformed("path", [("reference", domain.reference_fault(reference) or "")])
    async with asking.transaction() as tx:
        referral, present = await commands.read_referral(tx, asking.caller, tidy, asking.settings.rules)
    return _in_full(referral, present)


def _in_full(referral: Referral, present: Present | None) -> ReferralInFull:
    told: dict[str, Any] = {
        **ConcernShown.model_validate(referral.concern).model_dump(),
        "school_name": referral.sender.school_name,
        "sender_name": referral.sender.name,
        "sender_role": referral.sender.role,
        "child_written": referral.child_written,
    }
    same = ("referral_id", "reference", "made_at", "due_at", "roll_as_of", "roll_current", "child_id", "school",
            "made_by")  # fmt: skip
    told |= {name: getattr(referral, name) for name in same}
    if present:
        told |= {"child": present.child, "records_as_of": present.as_of, "records_current": present.current}
    return ReferralInFull.model_validate(told)
