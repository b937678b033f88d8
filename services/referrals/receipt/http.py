"""The copy of a referral, over HTTP: read the request, call one command, write the response."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from services.referrals.receipt import commands, press
from services.referrals.receipt.domain import copy_of
from services.referrals.references import Reference
from services.referrals.settings import Settings
from shared.contracts.referrals.lists import CopyTold
from shared.web.guard import Authenticated, guard

router = APIRouter()

PDF = "application/pdf"
IN_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}}, "description": "A tagged PDF (PDF/UA-1)"}}


Asking = Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")]


@router.get("/referrals/{reference}/receipt")
async def get_copy(asking: Asking, reference: Reference) -> CopyTold:
    """Everything that was sent, to be shown as a page; for the council and for the school that sent it."""
    async with asking.transaction() as tx:
        original = await commands.read_original(tx, asking.caller, reference, "page", asking.settings.sealed_files)
    return CopyTold.model_validate(copy_of(original))


@router.get("/referrals/{reference}/receipt.pdf", response_class=Response, responses=IN_PDF)
async def get_copy_pdf(asking: Asking, reference: Reference) -> Response:
    """The same as a PDF. It is set after the reading was recorded."""
    async with asking.transaction() as tx:
        original = await commands.read_original(tx, asking.caller, reference, "pdf", asking.settings.sealed_files)
    headers = {"content-disposition": f'attachment; filename="referral-{original.referral.reference}.pdf"'}
    return Response(await press.pdf(copy_of(original)), media_type=PDF, headers=headers)
