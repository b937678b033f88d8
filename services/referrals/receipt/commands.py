"""Reading the copy of a referral: one transaction, recorded whether it is found or not."""

from __future__ import annotations

from uuid import UUID, uuid4

from services.referrals.receipt import store
from services.referrals.receipt.domain import CopyNotFound, Original
from shared.contracts.referrals import CopyForm, CopyRead
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_original(tx: Tx, caller: Caller, reference: str, form: CopyForm) -> Original:
    """What was sent, for its copy: a triage officer any, a school its own. Raises CopyNotFound; recorded either way."""
    original = (
        await store.by_reference(tx, reference)
        if caller.role == "triage_officer"
        else await store.by_reference_of_school(tx, caller.school, reference)
    )
    await tx.emit(_read(caller, reference, form, original))
    if not original:
        raise CopyNotFound
    return original


async def original(tx: Tx, referral_id: UUID) -> Original | None:
    """What was sent, for the portal's own use: who hands it over records that. None: there is no such referral."""
    return await store.by_id(tx, referral_id)


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
