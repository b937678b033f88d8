"""Reading the copy of a referral: one transaction, recorded whether it is found or not."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from services.referrals.receipt import store
from services.referrals.receipt.domain import CopyNotFound, FileInCopy, Original
from services.referrals.sealed_files import SealedFiles
from shared.contracts.referrals import CopyForm, CopyRead
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_original(tx: Tx, caller: Caller, reference: str, form: CopyForm, files: SealedFiles) -> Original:
    """What was sent, for its copy: a triage officer any, a school its own. Raises CopyNotFound; recorded either way."""
    original = (
        await store.by_reference(tx, reference)
        if caller.role == "triage_officer"
        else await store.by_reference_of_school(tx, caller.school, reference)
    )
    await tx.emit(_read(caller, reference, form, original))
    if not original:
        raise CopyNotFound
    return await _with_files(tx, original, files)


async def original(tx: Tx, referral_id: UUID, files: SealedFiles) -> Original | None:
    """What was sent, for the portal's own use: who hands it over records that. None: there is no such referral."""
    found = await store.by_id(tx, referral_id)
    return await _with_files(tx, found, files) if found else None


async def _with_files(tx: Tx, original: Original, files: SealedFiles) -> Original:
    found = await store.files(tx, original.referral_id)
    opened = [FileInCopy(each, files.name(each, name), kind, size, scan) for each, name, kind, size, scan in found]
    return replace(original, files=tuple(opened))


def _read(caller: Caller, reference: str, form: CopyForm, original: Original | None) -> CopyRead:
    return CopyRead(
        **caller.indexed(),
        children=original.children if original else (),
        outcome="shown" if original else "not_found",
        read_id=uuid4(),
        referral_id=original.referral_id if original else None,
        reference=reference,
        form=form,
    )
