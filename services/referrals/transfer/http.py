"""How far referrals are on their way into the case system, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from services.referrals.references import Reference
from services.referrals.settings import Settings
from services.referrals.transfer import commands
from services.referrals.transfer.domain import Transfer
from shared.contracts.referrals.lists import CaseSystemWay, TransfersTold, TransferTold
from shared.web.guard import Authenticated, guard

router = APIRouter()


@router.get("/transfers")
async def get_transfers(asking: Annotated[Authenticated[Settings], guard("triage_officer")]) -> TransfersTold:
    """What the case system has not acknowledged, the oldest first. Always recorded."""
    async with asking.transaction() as tx:
        found = await commands.read_transfers(tx, asking.caller)
    case_system = asking.settings.transfer
    return TransfersTold(
        count=found.count,
        late=found.late,
        case_system=case_system,
        transfers=tuple(_shown(one, case_system) for one in found.shown),
    )


@router.get("/referrals/{reference}/transfer")
async def get_transfer(
    asking: Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")], reference: Reference
) -> TransferTold:
    """How far one referral is; for a school only of its own. Always recorded."""
    async with asking.transaction() as tx:
        found = await commands.read_transfer(tx, asking.caller, reference)
    return _shown(found, asking.settings.transfer)


@router.post("/referrals/{reference}/transfer/again", status_code=202)
async def post_again(
    asking: Annotated[Authenticated[Settings], guard("triage_officer")], reference: Reference
) -> TransferTold:
    """Hand it over again, at once; how far it was. Nothing is done where the source has acknowledged it."""
    async with asking.transaction() as tx:
        found = await commands.send_again(tx, asking.caller, reference)
    return _shown(found, asking.settings.transfer)


def _shown(one: Transfer, case_system: CaseSystemWay) -> TransferTold:
    return TransferTold.model_validate(one).model_copy(update={"case_system": case_system})
