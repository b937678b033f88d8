"""What an operator may do to a school."""

from typing import Annotated

from fastapi import APIRouter

from services.identity.schools import commands
from services.identity.settings import Settings
from shared.contracts import Urn
from shared.contracts.identity import AgreementOption
from shared.web.guard import Authenticated, guard

router = APIRouter()

ByOperator = Annotated[Authenticated[Settings], guard("operator")]


@router.post("/schools/{urn}/suspension", status_code=204)
async def post_suspension(urn: Urn, asking: ByOperator) -> None:
    """Let nobody act for a school until it is resumed."""
    async with asking.transaction() as tx:
        await commands.suspend_school(tx, asking.caller, urn, asking.settings)


@router.post("/schools/{urn}/resumption", status_code=204)
async def post_resumption(urn: Urn, asking: ByOperator) -> None:
    """Let those act for a suspended school who did before."""
    async with asking.transaction() as tx:
        await commands.resume_school(tx, asking.caller, urn, asking.settings)


@router.post("/schools/{urn}/agreement/end", status_code=204)
async def post_agreement_end(urn: Urn, asking: ByOperator) -> None:
    """Put a school under no agreement: nobody may act for it."""
    async with asking.transaction() as tx:
        await commands.end_agreement(tx, asking.caller, urn, asking.settings)


@router.put("/schools/{urn}/agreement/options/{option}", status_code=204)
async def put_option(urn: Urn, option: AgreementOption, asking: ByOperator) -> None:
    """Switch an option of a school's agreement on."""
    async with asking.transaction() as tx:
        await commands.switch_option(tx, asking.caller, urn, option, True, asking.settings)


@router.delete("/schools/{urn}/agreement/options/{option}", status_code=204)
async def delete_option(urn: Urn, option: AgreementOption, asking: ByOperator) -> None:
    """Switch it off."""
    async with asking.transaction() as tx:
        await commands.switch_option(tx, asking.caller, urn, option, False, asking.settings)
