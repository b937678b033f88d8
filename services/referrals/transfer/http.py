"""How far referrals are on their way into the case system, over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.referrals.case_systems.domain import Trouble
from services.referrals.references import Reference
from services.referrals.settings import CaseSystemWay, Settings
from services.referrals.transfer import commands
from services.referrals.transfer.domain import State, Transfer
from shared.web.guard import Authenticated, guard

router = APIRouter()


class TransferShown(BaseModel):
    """How far one referral is."""

    model_config = ConfigDict(from_attributes=True)

    referral_id: UUID
    reference: str
    school: str
    school_name: str | None
    state: State
    since: datetime
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    trouble: Trouble | None
    late_at: datetime | None
    """None: not late, or not noticed yet."""
    acknowledged_at: datetime | None
    source_number: str | None
    case_system: CaseSystemWay = "none"
    """How it goes; none: no case system is set up, so it waits."""


class TransfersShown(BaseModel):
    """What the case system has not acknowledged: `count` in all, `late` of them, and the oldest of them."""

    count: int
    late: int
    case_system: CaseSystemWay
    transfers: list[TransferShown]


@router.get("/transfers")
async def get_transfers(asking: Annotated[Authenticated[Settings], guard("triage_officer")]) -> TransfersShown:
    """What the case system has not acknowledged, the oldest first. Always recorded."""
    async with asking.transaction() as tx:
        found = await commands.read_transfers(tx, asking.caller)
    case_system = asking.settings.transfer
    return TransfersShown(
        count=found.count,
        late=found.late,
        case_system=case_system,
        transfers=[_shown(one, case_system) for one in found.shown],
    )


@router.get("/referrals/{reference}/transfer")
async def get_transfer(
    asking: Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")], reference: Reference
) -> TransferShown:
    """How far one referral is; for a school only of its own. Always recorded."""
    async with asking.transaction() as tx:
        found = await commands.read_transfer(tx, asking.caller, reference)
    return _shown(found, asking.settings.transfer)


@router.post("/referrals/{reference}/transfer/again", status_code=202)
async def post_again(
    asking: Annotated[Authenticated[Settings], guard("triage_officer")], reference: Reference
) -> TransferShown:
    """Hand it over again, at once; how far it was. Nothing is done where the source has acknowledged it."""
    async with asking.transaction() as tx:
        found = await commands.send_again(tx, asking.caller, reference)
    return _shown(found, asking.settings.transfer)


def _shown(one: Transfer, case_system: CaseSystemWay) -> TransferShown:
    return TransferShown.model_validate(one).model_copy(update={"case_system": case_system})
