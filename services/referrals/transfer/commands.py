"""Handing referrals over: each is claimed, handed over between two transactions, and settled; officers see what is not
through and may ask for it again."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from services.referrals.case_systems import systems
from services.referrals.case_systems.domain import CaseSystem, NotHandedOver, NotThere, Package, PackedFile
from services.referrals.inspecting.domain.content import TYPES
from services.referrals.making.domain.referral import ReferralNotFound
from services.referrals.metrics import metrics
from services.referrals.receipt import commands as receipt
from services.referrals.receipt import press
from services.referrals.receipt.domain import FileInCopy, copy_of
from services.referrals.records.domain import children_of
from services.referrals.sealed_files import SealedFiles
from services.referrals.settings import Settings
from services.referrals.transfer import store
from services.referrals.transfer.domain import Transfer, pause, to_hand_over, told_of
from shared.contracts.referrals import (
    TransferAcknowledged,
    TransferAskedAgain,
    TransferBegun,
    TransferLate,
    TransfersRead,
)
from shared.contracts.referrals.lists import Trouble
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.observe.logs import log
from shared.web.tokens import Caller

AT_ONCE = 4
WITHIN_S = 25.0
"""One attempt; a longer one has failed."""
CLAIM = timedelta(seconds=60)
"""Whoever claims a referral has this long; killed meanwhile, another goes on then."""
ROUND_S = 30.0
LATE_MAX, LISTED_MAX = 200, 200


async def hand_over(database: Database, settings: Settings) -> None:
    """All that is due, as long as there is some and the round lasts."""
    if settings.transfer == "none":
        return
    began, claimed = time.monotonic(), await _claim(database)
    if not claimed:
        return
    async with systems.opened(settings) as system:
        while claimed:
            async with asyncio.TaskGroup() as tasks:
                for one in claimed:
                    tasks.create_task(_hand_over(database, settings, system, one))
            claimed = await _claim(database) if time.monotonic() < began + ROUND_S else []


async def _claim(database: Database) -> list[Transfer]:
    """That something leaves the portal is on the record before it leaves."""
    async with database.by_itself("claim_transfers") as tx:
        claimed = await store.claim(tx, AT_ONCE, tx.now + CLAIM)
        first = [one for one in claimed if one.state == "waiting" and one.attempts == 1]
        await tx.emit(*(TransferBegun(**_about(one), outcome="begun") for one in first))
        return claimed


async def _hand_over(database: Database, settings: Settings, system: CaseSystem, one: Transfer) -> None:
    """One attempt, and what came of it."""
    came = await _attempt(database, settings, system, one)
    async with database.by_itself("settle_transfer") as tx:
        if came.number:
            if await store.acknowledge(tx, one.referral_id, came.number):
                about = {**_about(one), "source_number": came.number}
                await tx.emit(TransferAcknowledged(**about, outcome="acknowledged"))
            return
        await store.go_on(tx, one.referral_id, came.state, tx.now + came.after, came.trouble)


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of an attempt: a number, or in which state it goes on, and when."""

    state: str
    after: timedelta
    number: str | None = None
    trouble: Trouble | None = None


async def _attempt(database: Database, settings: Settings, system: CaseSystem, one: Transfer) -> _Came:
    """Nothing that goes wrong with one referral holds up another."""
    after = pause(one.attempts)
    try:
        async with asyncio.timeout(WITHIN_S):
            number = await _number(database, settings, system, one)
            return _Came("sent", after if one.state == "sent" else pause(1), number)
    except NotThere:
        return _Came("waiting", pause(1))
    except NotHandedOver as error:
        return _Came(one.state, after, trouble=error.trouble)
    except press.NotTypeset:
        return _Came(one.state, after, trouble="not_set")
    except TimeoutError:
        return _Came(one.state, after, trouble="away")
    except Exception as error:
        log.error("transfer failed", referral=str(one.referral_id), exc_info=error)
        return _Came(one.state, after, trouble="broken")


async def _number(database: Database, settings: Settings, system: CaseSystem, one: Transfer) -> str | None:
    """What the source has already is only asked for its number. Raises what CaseSystem says, NotTypeset."""
    if one.state == "sent":
        return await system.look(one.reference)
    return await system.send(await _package(database, settings, one))


async def _package(database: Database, settings: Settings, one: Transfer) -> Package:
    sealed = settings.sealed_files
    async with database.by_itself("pack_referral") as tx:
        original = await receipt.original(tx, one.referral_id, sealed)
        upn = await store.upn(tx, one.child_id)
    if original is None:
        raise NotHandedOver("broken")
    files = [await _packed(file, sealed) for file in to_hand_over(original.files, bool(settings.clamd))]
    return Package(one.reference, told_of(original, upn), await press.pdf(copy_of(original)), tuple(files))


async def _packed(file: FileInCopy, sealed: SealedFiles) -> PackedFile:
    """Read through once for its hash, and again as it is handed over."""

    def content() -> AsyncIterator[bytes]:
        return sealed.reader(file.attachment_id).pieces()

    summed = sha256()
    async for piece in content():
        summed.update(piece)
    mime, clean = TYPES[file.type].mime, file.scan == "clean"
    return PackedFile(file.name, mime, file.size, summed.hexdigest(), clean, content)


async def notice(database: Database, settings: Settings) -> None:
    """What has not arrived in time is noticed, once each; how much waits is counted. Without a case system all waits,
    and none of it is late."""
    async with database.by_itself("notice_late_transfers") as tx:
        if settings.transfer != "none":
            late = await store.become_late(tx, tx.now - settings.transfer_limit, LATE_MAX)
            await tx.emit(*(TransferLate(**_about(one), outcome="late", trouble=one.trouble) for one in late))
        waiting, late_ones, since = await store.open_ones(tx)
    metrics.transfers_waiting.labels("yes").set(late_ones)
    metrics.transfers_waiting.labels("no").set(waiting - late_ones)
    metrics.transfer_age.set((tx.now - since).total_seconds() if since else 0)


@dataclass(frozen=True, slots=True)
class WaitingTransfers:
    """What the case system has not acknowledged: how many in all, and those that are shown, the oldest first."""

    count: int
    late: int
    shown: Sequence[Transfer]


async def read_transfers(tx: Tx, caller: Caller) -> WaitingTransfers:
    count, late, _ = await store.open_ones(tx)
    shown = await store.listed(tx, LISTED_MAX)
    await tx.emit(_read(caller, None, shown))
    return WaitingTransfers(count, late, shown)


async def read_transfer(tx: Tx, caller: Caller, reference: str) -> Transfer:
    """How far one referral is: an officer asks for any, a school for its own. Raises ReferralNotFound."""
    school = None if caller.role == "triage_officer" else caller.school
    found = await store.by_reference(tx, reference, school)
    await tx.emit(_read(caller, reference, [found] if found else []))
    if not found:
        raise ReferralNotFound
    return found


async def send_again(tx: Tx, caller: Caller, reference: str) -> Transfer:
    """It is handed over anew, unless the source has acknowledged it meanwhile. Raises ReferralNotFound."""
    found = await store.by_reference(tx, reference)
    again = found is not None and found.state != "acknowledged"
    if found and again:
        await store.again(tx, found.referral_id)
    outcome = "asked" if again else "already_acknowledged" if found else "not_found"
    about = {"children": children_of(found.child_id), "referral_id": found.referral_id} if found else {}
    said = {**caller.indexed(), **about, "outcome": outcome, "reference": reference}
    await tx.emit(TransferAskedAgain(**said, attempt_id=uuid4()))
    if not found:
        raise ReferralNotFound
    return found


def _read(caller: Caller, reference: str | None, shown: Sequence[Transfer]) -> TransfersRead:
    children = {one.child_id for one in shown if one.child_id}
    return TransfersRead(
        **caller.indexed(),
        children=tuple(sorted(children)),
        outcome="shown" if shown or reference is None else "not_found",
        read_id=uuid4(),
        reference=reference,
        shown=tuple(one.referral_id for one in shown),
    )


def _about(one: Transfer) -> dict[str, object]:
    """What a fact says of it that the portal emits by itself."""
    return {
        "actor": None,
        "school": one.school,
        "children": children_of(one.child_id),
        "referral_id": one.referral_id,
        "reference": one.reference,
    }
