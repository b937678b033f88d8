"""Reading a referral: one transaction, recorded whether it is found or not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.making.domain.referral import Referral
from services.referrals.reading import store
from services.referrals.reading.domain import ForOfficers, PresentRecords, ReferralNotFound
from shared.clock import is_current, today
from shared.contracts.referrals import ReferralRead
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def read_referral(
    tx: Tx, caller: Caller, reference: str, limit: timedelta
) -> tuple[Referral, ForOfficers | None]:
    """Read one by its reference: a triage officer any, a school its own. Raises ReferralNotFound; recorded either way.

    A school reads what it wrote; what the council's records say of the child now, and how the referral was handled so
    far, is for triage officers only. Records are current up to the age of `limit`.
    """
    at_council = caller.role == "triage_officer"
    referral = (
        await store.referral(tx, reference)
        if at_council
        else await store.referral_of_school(tx, caller.school, reference)
    )
    child_id = await store.about(tx, referral.referral_id) if referral else None
    await tx.emit(_read(caller, reference, referral, child_id))
    if not referral:
        raise ReferralNotFound
    return referral, await _for_officers(tx, referral, child_id, limit) if at_council else None


async def _for_officers(tx: Tx, referral: Referral, child_id: UUID | None, limit: timedelta) -> ForOfficers:
    history = await handling.history(tx, referral.referral_id)
    in_case_system = await store.in_case_system(tx, referral.referral_id)
    return ForOfficers(await _present(tx, child_id, limit), history, in_case_system)


async def _present(tx: Tx, child_id: UUID | None, limit: timedelta) -> PresentRecords:
    """Of a child that was described and not found in the records yet, nothing is known."""
    if child_id is None:
        return PresentRecords(None, None, current=False)
    child, as_of = await store.child_now(tx, child_id, today(tx.now))
    return PresentRecords(child, as_of, is_current(as_of, tx.now, limit))


def _read(caller: Caller, reference: str, referral: Referral | None, child_id: UUID | None) -> ReferralRead:
    return ReferralRead(
        **caller.indexed(),
        children=(child_id,) if child_id else (),
        outcome="shown" if referral else "not_found",
        read_id=uuid4(),
        referral_id=referral.referral_id if referral else None,
        reference=reference,
    )
