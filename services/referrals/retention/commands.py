"""Deletes what was kept for long enough, each referral in a transaction of its own; the files first, then the rows.

Killed in between, it finds the rows again at the next round: nothing is left on the disk of which nobody knows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.referrals.handling import commands as handling
from services.referrals.handling.domain import Step
from services.referrals.metrics import metrics
from services.referrals.records.domain import children_of
from services.referrals.retention import store
from services.referrals.retention.domain import Due
from services.referrals.sealed_files import SealedFiles
from services.referrals.settings import Settings
from shared.contracts.referrals import AttachmentsPurged, ReferralPurged
from shared.database.pool import Database
from shared.database.tx import Tx

MOST = 100
"""Of each kind in one round."""
Find = Callable[[Tx, datetime, int], Awaitable[list[Due]]]
Delete = Callable[[Tx, Due, datetime, SealedFiles], Awaitable[None]]


async def purge(database: Database, settings: Settings) -> None:
    """One round. Of what no period is set for, nothing is ever deleted; how much is kept, and why, is measured."""
    await _measure(database, settings.keep_referrals)
    if settings.keep_attachments:
        await _each(database, settings, settings.keep_attachments, store.due_with_files, purge_attachments)
    if settings.keep_referrals:
        await _each(database, settings, settings.keep_referrals, store.due, purge_referral)


async def _each(database: Database, settings: Settings, period: timedelta, find: Find, delete: Delete) -> None:
    since, files = datetime.now(UTC) - period, settings.sealed_files
    async with database.by_itself("due") as tx:
        found = await find(tx, since, MOST)
    for one in found:
        async with database.by_itself("purge") as tx:
            await delete(tx, one, since, files)


async def purge_referral(tx: Tx, due: Due, since: datetime, files: SealedFiles) -> None:
    """All of it; unless a hold was set since it was found."""
    attachments = await store.files(tx, due.referral_id)
    if not await store.purge(tx, due.referral_id, since):
        return
    await _delete(files, attachments)
    said = {"actor": None, "children": children_of(due.child_id), "outcome": "purged", "reference": due.reference}
    await tx.emit(ReferralPurged(**said, referral_id=due.referral_id, attachments=len(attachments)))


async def purge_attachments(tx: Tx, due: Due, since: datetime, files: SealedFiles) -> None:
    """Its files, and its history says so; unless a hold was set since it was found."""
    held = await handling.locked(tx, due.referral_id)
    if held is None or not await store.may_go(tx, due.referral_id, since):
        return
    attachments = await store.files(tx, due.referral_id)
    await _delete(files, attachments)
    await store.delete_attachments(tx, attachments)
    await handling.act(tx, held, Step("purged", by=None))
    said = {"actor": None, "children": children_of(due.child_id), "outcome": "purged", "reference": due.reference}
    await tx.emit(AttachmentsPurged(**said, referral_id=due.referral_id, attachments=len(attachments)))


async def _delete(files: SealedFiles, attachments: list[UUID]) -> None:
    for attachment_id in attachments:
        await asyncio.to_thread(files.delete, attachment_id)


async def _measure(database: Database, period: timedelta | None) -> None:
    async with database.by_itself("kept") as tx:
        kept = await store.kept(tx, tx.now - period) if period else await store.kept_for_ever(tx)
    for why in ("no_period", "held", "not_transferred", "due"):
        metrics.kept_referrals.labels(why).set(getattr(kept, why))
