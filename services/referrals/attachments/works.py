"""What belongs to nothing is swept away: rows of files that never came, and files of which there is no row."""

import asyncio
import time
from datetime import timedelta
from itertools import islice
from uuid import UUID

from services.referrals.attachments import store
from services.referrals.sealed_files import SealedFiles
from services.referrals.settings import Settings
from shared.database.pool import Database
from shared.observe.logs import log

LEFT_S = 3600.0
"""What is older and belongs to nothing is nobody's any more: the longest upload takes minutes."""
SWEPT_MAX = 500


async def sweep(database: Database, settings: Settings) -> None:
    """Rows of files that never came or whose draft is gone; then files of which there is no row."""
    files = settings.sealed_files
    async with database.by_itself("sweep") as tx:
        gone = await store.delete_stray(tx, tx.now - timedelta(seconds=LEFT_S), SWEPT_MAX)
    dropped = await asyncio.to_thread(files.drop_unfinished, LEFT_S, time.time())
    stray = [id for part in await asyncio.to_thread(_parts, files) for id in await _unknown(database, part)]
    for attachment_id in (*gone, *stray):
        files.delete(attachment_id)
    if gone or dropped or stray:
        log.info("swept attachments", rows=len(gone), unfinished=dropped, files=len(stray))


def _parts(files: SealedFiles) -> list[list[UUID]]:
    """All finished files, in parts that one statement takes."""
    ids, parts = files.ids(LEFT_S, time.time()), []
    while part := list(islice(ids, SWEPT_MAX)):
        parts.append(part)
    return parts


async def _unknown(database: Database, part: list[UUID]) -> list[UUID]:
    async with database.by_itself("sweep") as tx:
        return await store.unknown(tx, part)
