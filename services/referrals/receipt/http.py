"""The copy of a referral, over HTTP: read the request, call one command, write the response."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from services.referrals.making.domain.reference import reference_fault, tidy_reference
from services.referrals.receipt import commands, press
from services.referrals.receipt.domain import copy_of
from services.referrals.sealed_files import SealedFiles
from services.referrals.settings import Settings
from shared.sealing import bytes_of
from shared.web.body import malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

PDF = "application/pdf"
IN_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}}, "description": "A tagged PDF (PDF/UA-1)"}}


class CopyLineShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    label: str
    text: str
    """Paragraphs, divided by line breaks."""


class CopyPartShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    heading: str
    lines: list[CopyLineShown]


class CopyShown(BaseModel):
    """Everything that was sent, in words and in order."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    confidential: str
    made_at: datetime
    parts: list[CopyPartShown]


Asking = Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")]


@router.get("/referrals/{reference}/receipt")
async def get_copy(reference: Annotated[str, Path()], asking: Asking) -> CopyShown:
    """Everything that was sent, to be shown as a page; for the council and for the school that sent it."""
    tidy = _tidy(reference)
    async with asking.transaction() as tx:
        original = await commands.read_original(tx, asking.caller, tidy, "page", _files(asking.settings))
    return CopyShown.model_validate(copy_of(original))


@router.get("/referrals/{reference}/receipt.pdf", response_class=Response, responses=IN_PDF)
async def get_copy_pdf(reference: Annotated[str, Path()], asking: Asking) -> Response:
    """The same as a PDF. It is set after the reading was recorded."""
    tidy = _tidy(reference)
    async with asking.transaction() as tx:
        original = await commands.read_original(tx, asking.caller, tidy, "pdf", _files(asking.settings))
    headers = {"content-disposition": f'attachment; filename="referral-{original.reference}.pdf"'}
    return Response(await press.pdf(copy_of(original)), media_type=PDF, headers=headers)


def _files(settings: Settings) -> SealedFiles:
    """Only for the names of files, which are sealed."""
    return SealedFiles(settings.files, bytes_of(settings.sealing_key))


def _tidy(reference: str) -> str:
    if tidy := tidy_reference(reference):
        return tidy
    raise malformed([("reference", reference_fault(reference) or "")], "path")
