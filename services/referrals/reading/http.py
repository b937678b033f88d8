"""Reading a referral, over HTTP: read the request, call one command, write the response."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.referrals.handling.domain import Act, History, Standing
from services.referrals.making.domain.referral import ChildDescribed, ChildWritten, Referral
from services.referrals.reading import commands
from services.referrals.reading.domain import ForOfficers, InCaseSystem
from services.referrals.references import Reference
from services.referrals.settings import Settings
from shared.contracts.referrals import Decision, Gate, Kind, ParentsAgree, Urgency
from shared.web.guard import Authenticated, guard

router = APIRouter()


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
    parents_agree: ParentsAgree | None
    """None: they do not know, or the page of then did not ask."""
    parents_reason: str | None
    contact: str
    child_said: str | None
    family: str | None


class ChildWrittenShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    given_name: str
    family_name: str
    born: date


class ChildDescribedShown(BaseModel):
    """A child who is not on the sender's roll, as the sender described it. `why`: why it is not."""

    model_config = ConfigDict(from_attributes=True)

    given_name: str
    family_name: str
    born: date | None
    why: str


class WorkerNowShown(BaseModel):
    """A worker allocated to the child today. No phone: the team's duty line serves."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    duty_phone: str | None


class ChildNowShown(ChildWrittenShown):
    """The child as the council's records have it now. `unreadable` names what of it the source has and nobody can read;
    of a restricted child no worker is told."""

    upn: str | None
    restricted: bool
    unreadable: list[str]
    workers: list[WorkerNowShown]


class StepInFull(BaseModel):
    """One step of how a referral was handled; `by` None: the portal itself."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    act: Act
    by: UUID | None
    by_name: str | None
    to_name: str | None
    to_team_name: str | None
    decision: Decision | None
    for_school: str | None
    """What the school reads of it."""
    for_council: str | None
    """What only the council reads of it."""


class HandlingShown(BaseModel):
    """How a referral stands at the council, and each step to that, the oldest first."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    standing: Standing
    team_id: UUID | None
    team_name: str | None
    taken_by: UUID | None
    taken_by_name: str | None
    acknowledged_at: datetime | None
    overdue_at: datetime | None
    decided_at: datetime | None
    decision: Decision | None
    steps: list[StepInFull]

    @classmethod
    def of(cls, history: History) -> HandlingShown:
        beside = {name: getattr(history, name) for name in ("team_name", "taken_by_name", "steps")}
        told = {name: getattr(history.handling, name) for name in cls.model_fields if name not in beside}
        return cls.model_validate({**told, **beside})


class InCaseSystemShown(BaseModel):
    """How far a referral is on its way into the council's case system, since when, and as which number it is there;
    `not_set_up`: there is no way there, so it waits."""

    model_config = ConfigDict(from_attributes=True)

    state: Literal["not_set_up", "waiting", "sent", "acknowledged"]
    since: datetime
    late: bool
    number: str | None
    """None: it has not been given one yet."""


class ReferralInFull(ConcernShown):
    """A referral as it was sent, and, for triage officers, what the records say of the child now."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None
    roll_current: bool | None
    """None: made before this was kept."""
    child_id: UUID | None
    """None: a child that is `described`."""
    school: str
    school_name: str | None
    made_by: UUID
    sender_name: str | None
    sender_role: str | None
    child_written: ChildWrittenShown | None
    """As the sender's page showed the child; None: made before this was kept."""
    described: ChildDescribedShown | None
    child: ChildNowShown | None = None
    """Only for triage officers. None for them: the records, if current, have no such child now."""
    records_as_of: datetime | None = None
    """Up to when the council's records are complete of this child; None: not known, or not told to a school."""
    records_current: bool | None = None
    handling: HandlingShown | None = None
    """Only for triage officers."""
    in_case_system: InCaseSystemShown | None = None
    """Only for triage officers."""


@router.get("/referrals/{reference}")
async def get_referral(
    asking: Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")], reference: Reference
) -> ReferralInFull:
    """Read a referral: a school what it wrote, a triage officer what the records say now too. Always recorded."""
    async with asking.transaction() as tx:
        referral, beside = await commands.read_referral(tx, asking.caller, reference, asking.settings.freshness_limit)
    return _in_full(referral, beside, no_way=asking.settings.transfer == "none")


AS_IT_IS = (
    "referral_id", "reference", "made_at", "due_at", "roll_as_of", "roll_current", "child_id", "school", "made_by",
)  # fmt: skip
"""What is shown of a referral by its name and unchanged."""


def _in_full(referral: Referral, beside: ForOfficers | None, *, no_way: bool) -> ReferralInFull:
    told: dict[str, Any] = {
        **ConcernShown.model_validate(referral.concern).model_dump(),
        "school_name": referral.sender.school_name,
        "sender_name": referral.sender.name,
        "sender_role": referral.sender.role,
        "child_written": referral.child if isinstance(referral.child, ChildWritten) else None,
        "described": referral.child if isinstance(referral.child, ChildDescribed) else None,
    }
    told |= {name: getattr(referral, name) for name in AS_IT_IS}
    if beside:
        present = beside.present
        told |= {"child": present.child, "records_as_of": present.as_of, "records_current": present.current}
        told["handling"] = HandlingShown.of(beside.history) if beside.history else None
        told["in_case_system"] = _in_case_system(beside.in_case_system, no_way)
    return ReferralInFull.model_validate(told)


def _in_case_system(found: InCaseSystem | None, no_way: bool) -> InCaseSystemShown | None:
    """What waits where there is no way is not late."""
    if found is None:
        return None
    shown = InCaseSystemShown.model_validate(found)
    if no_way and shown.state != "acknowledged":
        return shown.model_copy(update={"state": "not_set_up", "late": False})
    return shown
