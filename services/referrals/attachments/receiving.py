"""A file on its way in: sealed to the disk as it comes, looked into when it is whole, and kept without metadata."""

import asyncio
import io
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

from starlette.requests import ClientDisconnect

from services.referrals.attachments.domain import Limits
from services.referrals.inspecting.domain import content
from services.referrals.inspecting.domain.unfit import Unfit
from services.referrals.sealed_files import SealedFiles, SealedWriter

LOOKED_INTO_AT_ONCE = asyncio.Semaphore(2)
"""Looking into a file is Python's own work: more at once would only slow down those who wait for an answer."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is whole and sealed on the disk, and has no place there yet."""

    type: str
    size_bytes: int
    fingerprint: bytes
    written: SealedWriter


@asynccontextmanager
async def received(
    files: SealedFiles, attachment_id: UUID, body: AsyncIterable[bytes], limits: Limits
) -> AsyncIterator[Received]:
    """The file while it is here; what was not given its place by then is gone from the disk. Raises Unfit."""
    with ExitStack() as held:
        came = held.enter_context(files.writer(attachment_id))
        fingerprint = files.fingerprint()
        try:
            async for piece in _up_to(body, limits):
                fingerprint.update(piece)
                await asyncio.to_thread(came.write, piece)
        except ClientDisconnect:
            raise Unfit("cut_off") from None
        await asyncio.to_thread(came.close)
        async with LOOKED_INTO_AT_ONCE:
            type, kept = await asyncio.to_thread(_looked_into, files, came, attachment_id)
        held.enter_context(kept)
        yield Received(type, kept.size_bytes, fingerprint.digest(), kept)


async def _up_to(body: AsyncIterable[bytes], limits: Limits) -> AsyncIterator[bytes]:
    """What comes; of a file that is too large the rest is read too, and dropped, so that its sender hears of it."""
    size = 0
    async for piece in body:
        size += len(piece)
        if size <= limits.file_max_bytes:
            yield piece
    if size > limits.file_max_bytes:
        raise limits.too_large()


def _looked_into(files: SealedFiles, came: SealedWriter, attachment_id: UUID) -> tuple[str, SealedWriter]:
    """What it is, and what is kept of it: itself, or a copy that says less."""
    with files.written(came, attachment_id) as sealed:
        reader = cast("BinaryIO", io.BufferedReader(sealed))
        type = content.type_of(reader)
        pieces = content.kept(reader, type)
        if pieces is None:
            return type, came
        copy = files.writer(attachment_id)
        try:
            for piece in pieces:
                copy.write(piece)
            copy.close()
        except BaseException:
            copy.drop()
            raise
        return type, copy
