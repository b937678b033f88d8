"""Referrals' front door: read the request, call one command, write the response."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from services.referrals import commands, domain
from services.referrals.commands import MakeReferral
from services.referrals.domain import ChildNamed, Concern, Fault, Gate, Kind, Referral
from services.referrals.settings import Settings
from shared.http import Asking, Body, guard

router = APIRouter()

CONCERN_MIN = 20
CONCERN_MAX = 4000
TEXT_MAX = 2000
CONTACT_MAX = 200
NUMBER_MAX = 30
REFERENCE_TYPED_MAX = 40


def _one_newline(value: Any) -> Any:
    """A browser sends a new line as two characters, but counts it as one."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _written(value: Any) -> Any:
    """Only a written time: a bare number would be read as seconds since 1970."""
    if (isinstance(value, str) and not value.strip().isdigit()) or value is None:
        return value
    raise ValueError("This must be a date and time, as ISO 8601 has it")


Text = Annotated[str, BeforeValidator(_one_newline)]
Time = Annotated[AwareDatetime | None, BeforeValidator(_written)]


class ReferralAsked(Body):
    """A concern or update about a child, behind the gate that sends what is urgent to the telephone first."""

    child_id: UUID
    gate: Gate
    called_at: Time = None
    called_number: str | None = Field(default=None, max_length=NUMBER_MAX)
    kind: Kind
    concern: Text = Field(min_length=CONCERN_MIN, max_length=CONCERN_MAX)
    done_so_far: Text = Field(max_length=TEXT_MAX)
    parents_know: StrictBool
    parents_reason: Text | None = Field(default=None, max_length=TEXT_MAX)
    contact: str = Field(min_length=1, max_length=CONTACT_MAX)
    child_said: Text | None = Field(default=None, max_length=TEXT_MAX)
    family: Text | None = Field(default=None, max_length=TEXT_MAX)

    def well_formed(self, idempotency_key: UUID, now: datetime) -> MakeReferral:
        """What is asked, if it can be; raises RequestValidationError with what to mend."""
        concern = Concern(**self.model_dump(exclude={"child_id"}))
        if faults := concern.faults(now):
            raise RequestValidationError([_fault("body", fault) for fault in faults])
        return MakeReferral(idempotency_key, self.child_id, concern)


def _fault(part: str, fault: Fault) -> dict[str, Any]:
    where, why = fault
    return {"type": "value_error", "loc": (part, where), "msg": why}


class ReferralShown(BaseModel):
    """What the sender is told."""

    model_config = ConfigDict(from_attributes=True)

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime


class ConcernShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

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


class ChildShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    given_name: str
    family_name: str
    born: date
    upn: str | None


class ReferralInFull(ConcernShown, ReferralShown):
    child: ChildShown | None
    """None: the council's records have the child no more."""
    child_id: UUID
    school: str
    made_by: UUID


@router.post("/referrals", status_code=201)
async def post_referral(
    asked: ReferralAsked,
    idempotency_key: Annotated[UUID, Header()],
    asking: Annotated[Asking[Settings], guard("lead", "headteacher")],
) -> ReferralShown:
    """Send a concern or an update about a child of the acting school's roll."""
    ask = asked.well_formed(idempotency_key, datetime.now(UTC))
    async with asking.transaction() as tx:
        referral = await commands.make_referral(tx, asking.caller, ask, asking.settings.calendar)
    return ReferralShown.model_validate(referral)


@router.get("/referrals/{reference}")
async def get_referral(
    reference: Annotated[str, Path(max_length=REFERENCE_TYPED_MAX)],
    asking: Annotated[Asking[Settings], guard("triage_officer", "lead", "headteacher")],
) -> ReferralInFull:
    """Read a referral. Recorded, found or not."""
    tidy = domain.tidy_reference(reference)
    if not tidy:
        raise RequestValidationError([_fault("path", ("reference", "The reference is mistyped. Check each character"))])
    async with asking.transaction() as tx:
        referral, child = await commands.read_referral(tx, asking.caller, tidy)
    return _in_full(referral, child)


def _in_full(referral: Referral, child: ChildNamed | None) -> ReferralInFull:
    told = ReferralShown.model_validate(referral).model_dump()
    said = ConcernShown.model_validate(referral.concern).model_dump()
    ids = {"child_id": referral.child_id, "school": referral.school, "made_by": referral.made_by}
    return ReferralInFull(**told, **said, **ids, child=ChildShown.model_validate(child) if child else None)
