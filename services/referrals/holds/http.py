"""Legal holds, over HTTP: read the request, call one command, write the response."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.referrals.holds import commands
from services.referrals.references import tidied
from services.referrals.settings import Settings
from shared.contracts.referrals.answers import Done
from shared.contracts.referrals.lists import StandingHold, StandingHolds
from shared.typed import Text
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

HOLD_REASON_MAX = 1000
HELD_REFERENCE_MAX = 40
Guardian = Annotated[Authenticated[Settings], guard("data_protection_officer")]


class HoldLifting(Body):
    """Of this referral."""

    reference: str = Field(max_length=HELD_REFERENCE_MAX)


class HoldAsked(HoldLifting):
    """`why`: for whoever asks later."""

    why: Text = Field(max_length=HOLD_REASON_MAX)


@router.get("/holds")
async def get_holds(asking: Guardian) -> StandingHolds:
    """Which referrals are held."""
    async with asking.transaction() as tx:
        found = await commands.read_holds(tx, asking.caller)
    return StandingHolds(holds=tuple(StandingHold.model_validate(one) for one in found))


@router.post("/holds", status_code=201)
async def post_hold(asked: HoldAsked, asking: Guardian) -> Done:
    """Keep a referral with all that belongs to it, whatever its age."""
    reference = tidied(asked.reference, part="body")
    if not asked.why:
        raise malformed([("why", "Enter why it must be kept")])
    async with asking.transaction() as tx:
        await commands.set_hold(tx, asking.caller, reference, asked.why)
    return Done(reference=reference)


@router.post("/holds/lifting")
async def post_lifting(asked: HoldLifting, asking: Guardian) -> Done:
    """Let it go when its time is over."""
    reference = tidied(asked.reference, part="body")
    async with asking.transaction() as tx:
        await commands.lift_hold(tx, asking.caller, reference)
    return Done(reference=reference)
