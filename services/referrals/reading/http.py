"""Reading a referral, over HTTP: read the request, call one command, write the response."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.referrals.handling.domain import History
from services.referrals.making.domain.referral import ChildDescribed, ChildWritten, Referral
from services.referrals.reading import commands
from services.referrals.reading.domain import ForOfficers
from services.referrals.references import Reference
from services.referrals.settings import Settings
from shared.contracts.referrals.answers import ConcernTold, Handled, InCaseSystem, ReferralInFull
from shared.web.guard import Authenticated, guard

router = APIRouter()


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
        **ConcernTold.model_validate(referral.concern).model_dump(),
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
        told["handling"] = _handled(beside.history) if beside.history else None
        told["in_case_system"] = _in_case_system(beside.in_case_system, no_way)
    return ReferralInFull.model_validate(told)


def _handled(history: History) -> Handled:
    beside = {name: getattr(history, name) for name in ("team_name", "taken_by_name", "steps")}
    told = {name: getattr(history.handling, name) for name in Handled.model_fields if name not in beside}
    return Handled.model_validate({**told, **beside})


def _in_case_system(found: InCaseSystem | None, no_way: bool) -> InCaseSystem | None:
    """What waits where there is no way is not late."""
    if found and no_way and found.state != "acknowledged":
        return found.model_copy(update={"state": "not_set_up", "late": False})
    return found
