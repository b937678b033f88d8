"""Attachments, over HTTP: read the request, call one command, write the response; what is in a file is streamed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.referrals.attachments import commands
from services.referrals.attachments.domain import Attachment, Limits
from services.referrals.attachments.receiving import received
from services.referrals.inspecting.domain.content import TYPES
from services.referrals.inspecting.domain.unfit import Unfit
from services.referrals.references import Reference
from services.referrals.settings import Settings
from shared.contracts.referrals.answers import AttachedFile, AttachedFiles, FileToCome
from shared.database.refusal import Refusal
from shared.typed import Line
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

NAME_MAX = 1000
OF_DRAFT = "/drafts/{draft_id}/attachments"
ONE, CONTENT = f"{OF_DRAFT}/{{attachment_id}}", f"{OF_DRAFT}/{{attachment_id}}/content"
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
CONTENT_API: dict[str, Any] = {"requestBody": {"required": True, "content": BYTES}}

Sender = Annotated[Authenticated[Settings], guard("lead", "headteacher")]
ReaderOfReferral = Annotated[Authenticated[Settings], guard("triage_officer", "lead", "headteacher")]


class Announced(Body):
    """A file that is to come. Its name is for people; what the file is, its content says."""

    name: Line = Field(max_length=NAME_MAX)


@router.post(OF_DRAFT, status_code=201)
async def post_attachment(draft_id: UUID, asked: Announced, asking: Sender) -> FileToCome:
    """Announce a file for an own draft that is not sent. Told before a byte of it is sent if it cannot be taken."""
    limits = limits_of(asking.settings)
    with _said():
        async with asking.transaction() as tx:
            id = await commands.announce(tx, asking.caller, draft_id, asked.name, asking.settings.sealed_files, limits)
    return FileToCome(attachment_id=id, most_bytes=limits.file_max_bytes)


@router.put(CONTENT, status_code=201, openapi_extra=CONTENT_API)
async def put_content(draft_id: UUID, attachment_id: UUID, request: Request, asking: Sender) -> AttachedFile:
    """The bytes of a file that was announced, as they are. The same bytes as another file of the draft are that one."""
    with _said():
        async with asking.transaction() as tx:
            await commands.expect(tx, asking.caller, draft_id, attachment_id)
        added = await _taken(asking, draft_id, attachment_id, request.stream())
    return _shown(added, bool(asking.settings.clamd))


async def _taken(
    asking: Authenticated[Settings], draft_id: UUID, attachment_id: UUID, body: AsyncIterator[bytes]
) -> Attachment:
    """The file has its place before its row is committed; one that came to nothing is swept, if a process ends there.

    Raises what `add` raises, and Unfit for what is in it.
    """
    files, limits = asking.settings.sealed_files, limits_of(asking.settings)
    async with AsyncExitStack() as held:
        try:
            came = await held.enter_async_context(received(files, attachment_id, body, limits))
        except Unfit as unfit:
            async with asking.transaction() as tx:
                await commands.refuse(tx, asking.caller, draft_id, attachment_id, unfit)
        await asyncio.to_thread(files.keep, came.written, attachment_id)
        try:
            async with asking.transaction() as tx:
                added = await commands.add(tx, asking.caller, draft_id, attachment_id, came, files, limits)
        except Refusal:  # of anything else it is not known if the commit was made
            files.delete(attachment_id)
            raise
    if added.attachment_id != attachment_id:
        files.delete(attachment_id)
    return added


@router.get(OF_DRAFT)
async def get_of_draft(draft_id: UUID, asking: Sender) -> AttachedFiles:
    """What an own draft has, in the order in which it was added; also after it was sent."""
    async with asking.transaction() as tx:
        found = await commands.of_draft(tx, asking.caller, draft_id, asking.settings.sealed_files)
    return _all_shown(found, asking.settings)


@router.delete(ONE, status_code=204)
async def delete_attachment(draft_id: UUID, attachment_id: UUID, asking: Sender) -> None:
    """Take one away from an own draft that is not sent."""
    with _said():
        async with asking.transaction() as tx:
            await commands.remove(tx, asking.caller, draft_id, attachment_id)
    await asyncio.to_thread(asking.settings.sealed_files.delete, attachment_id)


@router.get("/referrals/{reference}/attachments")
async def get_of_referral(asking: ReaderOfReferral, reference: Reference) -> AttachedFiles:
    """What was sent with a referral: for triage officers, and for the school that sent it. Always recorded."""
    async with asking.transaction() as tx:
        found = await commands.of_referral(tx, asking.caller, reference, asking.settings.sealed_files)
    return _all_shown(found, asking.settings)


@router.get("/referrals/{reference}/attachments/{attachment_id}", response_class=StreamingResponse)
async def get_content(asking: ReaderOfReferral, reference: Reference, attachment_id: UUID) -> StreamingResponse:
    """What is in one of them. Recorded before its first byte; nobody is given what is in quarantine."""
    files, scanner = asking.settings.sealed_files, bool(asking.settings.clamd)
    async with asking.transaction() as tx:
        found = await commands.open_one(tx, asking.caller, reference, attachment_id, files, scanner)
    reader = await asyncio.to_thread(files.reader, attachment_id)
    named = f"attachment; filename*=UTF-8''{quote(found.name)}"  # RFC 6266
    headers = {"content-length": str(found.size_bytes), "content-disposition": named}
    return StreamingResponse(reader.pieces(), media_type=TYPES[found.type].mime, headers=headers)


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.file_max_bytes, settings.draft_files_max_bytes, settings.draft_files_max)


@contextmanager
def _said() -> Iterator[None]:
    """A file that is not taken is what to mend in the form that it was chosen in."""
    try:
        yield
    except Unfit as unfit:
        raise malformed([("file", unfit.sentence)]) from None


def _all_shown(found: list[Attachment], settings: Settings) -> AttachedFiles:
    scanner, limits = bool(settings.clamd), limits_of(settings)
    shown = tuple(_shown(each, scanner) for each in found)
    return AttachedFiles(
        attachments=shown, scanned=scanner, files_max=limits.files_max, file_max_bytes=limits.file_max_bytes,
        draft_max_bytes=limits.draft_max_bytes,
    )  # fmt: skip


def _shown(one: Attachment, scanner: bool) -> AttachedFile:
    return AttachedFile(
        attachment_id=one.attachment_id, name=one.name, type=one.type, mime=TYPES[one.type].mime,
        size_bytes=one.size_bytes, added_at=one.added_at, standing=one.standing(scanner),
    )  # fmt: skip
