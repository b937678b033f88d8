"""Reading the copy of a referral: one transaction, recorded whether it is found or not."""

from uuid import UUID, uuid4

from services.referrals.making.domain.referral import Referral, ReferralNotFound
from services.referrals.reading import commands as reading
from services.referrals.receipt import store
from services.referrals.receipt.domain import FileInCopy, Original
from services.referrals.records.domain import children_of
from services.referrals.sealed_files import SealedFiles
from shared.contracts.referrals import CopyForm, CopyRead
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_original(tx: Tx, caller: Caller, reference: str, form: CopyForm, files: SealedFiles) -> Original:
    """What was sent, for its copy: a triage officer any, a school its own. Raises ReferralNotFound; recorded either
    way."""
    referral = await reading.find(tx, caller, reference)
    await tx.emit(_read(caller, reference, form, referral))
    if not referral:
        raise ReferralNotFound
    return await _with_files(tx, referral, files)


async def original(tx: Tx, referral_id: UUID, files: SealedFiles) -> Original | None:
    """What was sent, for the portal's own use: who hands it over records that. None: there is no such referral."""
    referral = await reading.by_id(tx, referral_id)
    return await _with_files(tx, referral, files) if referral else None


async def _with_files(tx: Tx, referral: Referral, files: SealedFiles) -> Original:
    found = await store.files(tx, referral.referral_id)
    opened = [FileInCopy(each, files.name(each, name), kind, size, scan) for each, name, kind, size, scan in found]
    return Original(referral, tuple(opened))


def _read(caller: Caller, reference: str, form: CopyForm, referral: Referral | None) -> CopyRead:
    return CopyRead(
        **caller.indexed(),
        children=children_of(referral.about if referral else None),
        outcome="shown" if referral else "not_found",
        read_id=uuid4(),
        referral_id=referral.referral_id if referral else None,
        reference=reference,
        form=form,
    )
