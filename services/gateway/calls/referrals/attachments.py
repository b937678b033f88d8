"""Referrals: the files of a draft and of a referral."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx

from services.gateway.calls.http import Client, Nothing
from services.gateway.calls.referrals import at
from shared.contracts.referrals import AttachmentAdded
from shared.contracts.referrals.answers import AttachedFile, AttachedFiles, FileToCome

TAKEN_S = 60.0
"""How long referrals may take to look into a file that it has whole, behind others that it looks into."""
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
PACKED = (
    "application/pdf", f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet",
    f"{OFFICE}.presentationml.presentation", f"{OPEN}.text", f"{OPEN}.spreadsheet", f"{OPEN}.presentation",
)  # fmt: skip
"""Types of files in which nothing is gained by compressing them once more."""


class FileTooLarge(Exception):
    """There is more of the file than may be sent. `most_bytes`: how much may be."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes


class Attachments(Client, service=AttachmentAdded.owner):
    async def of_draft(self, draft_id: UUID) -> AttachedFiles:
        """Raises Refused: attachment-not-found."""
        return await self.ask(AttachedFiles, "GET", f"/drafts/{draft_id}/attachments")

    async def of_referral(self, reference: str) -> AttachedFiles:
        """Raises Refused: attachment-not-found."""
        return await self.ask(AttachedFiles, "GET", at(reference, "/attachments"))

    async def add(self, draft_id: UUID, name: str, pieces: AsyncIterator[bytes]) -> AttachedFile:
        """Hands a file on as it comes; not a byte of it, where referrals would not take it.

        Raises Refused (422: why it is not taken; attachment-not-found), FileTooLarge, and what `pieces` raises.
        """
        path = f"/drafts/{draft_id}/attachments"
        coming = await self.ask(FileToCome, "POST", path, json={"name": name})
        content, headers = _up_to(coming.most_bytes, pieces), {"content-type": "application/octet-stream"}
        return await self.ask(
            AttachedFile, "PUT", f"{path}/{coming.attachment_id}/content", content=content, headers=headers,
            timeout=TAKEN_S,
        )  # fmt: skip

    async def remove(self, draft_id: UUID, attachment_id: UUID) -> None:
        """Raises Refused: attachment-not-found, or 422 where the draft was sent."""
        await self.ask(Nothing, "DELETE", f"/drafts/{draft_id}/attachments/{attachment_id}")

    async def content(self, reference: str, attachment_id: UUID) -> httpx.Response:
        """What is in one, to be read in pieces and closed. Raises Refused: attachment-not-found, not-readable."""
        return await self.stream(at(reference, f"/attachments/{attachment_id}"))


async def _up_to(most_bytes: int, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Raises FileTooLarge where more comes, which cuts the request that it is sent with."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > most_bytes:
            raise FileTooLarge(most_bytes)
        yield piece
