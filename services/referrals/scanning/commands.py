"""Asking the scanner about each file that is in quarantine, until it has said what it is."""

import asyncio

from services.referrals.metrics import metrics
from services.referrals.records.domain import children_of
from services.referrals.scanning import store
from services.referrals.scanning.scanner import ScannerAway, scanned
from services.referrals.scanning.store import Unscanned
from services.referrals.sealed_files import Unsealable
from services.referrals.settings import Settings
from shared.contracts.referrals import AttachmentScanned
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.observe.logs import log

A_ROUND = 10
PUT_OFF_MAX_S = 60.0


async def scan_waiting(database: Database, settings: Settings) -> None:
    """A round, which ends early where the scanner gives no verdict. Where none is configured, all stay as they are."""
    async with database.by_itself("scan") as tx:
        metrics.unscanned.labels(database.service).set(await store.count_unscanned(tx))
        waiting = await store.to_scan(tx, A_ROUND) if settings.clamd else []
    for one in waiting:
        if not await _scan(database, settings, one):
            return


async def _scan(database: Database, settings: Settings, one: Unscanned) -> bool:
    """Its verdict is kept; without one (False) it is asked about again, after a pause that grows."""
    verdict = None
    try:
        reader = await asyncio.to_thread(settings.sealed_files.reader, one.attachment_id)
        verdict = await scanned(settings.clamd or "", reader.pieces())
    except (ScannerAway, Unsealable, OSError) as error:
        log.warning("not scanned", attachment=str(one.attachment_id), error=type(error).__name__)
    async with database.by_itself("scanned") as tx:
        if verdict is None:
            await store.put_off(tx, one.attachment_id, PUT_OFF_MAX_S)
        elif await store.put_scan(tx, one.attachment_id, verdict):
            await tx.emit(await _fact(tx, one, verdict))
    return verdict is not None


async def _fact(tx: Tx, one: Unscanned, verdict: str) -> AttachmentScanned:
    children = children_of(await store.child_of(tx, one.attachment_id))
    return AttachmentScanned(
        actor=None, children=children, outcome=verdict, attachment_id=one.attachment_id, draft_id=one.draft_id
    )
