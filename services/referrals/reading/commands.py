"""Reading a referral: one transaction, recorded whether it is found or not."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.referrals.handling import commands as handling
from services.referrals.making.domain.referral import Referral, ReferralNotFound
from services.referrals.reading import store
from services.referrals.reading.domain import ForOfficers, PresentRecords
from services.referrals.records.domain import children_of
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
    referral = await find(tx, caller, reference)
    await tx.emit(_read(caller, reference, referral))
    if not referral:
        raise ReferralNotFound
    return referral, await _for_officers(tx, referral, limit) if caller.role == "triage_officer" else None


async def find(tx: Tx, caller: Caller, reference: str) -> Referral | None:
    """For a triage officer any, for a school its own. Whoever calls this records it."""
    if caller.role == "triage_officer":
        return await store.referral(tx, reference)
    return await store.referral_of_school(tx, caller.school, reference)


async def by_id(tx: Tx, referral_id: UUID) -> Referral | None:
    """For the portal itself, which hands it over to the case system."""
    return await store.by_id(tx, referral_id)


async def _for_officers(tx: Tx, referral: Referral, limit: timedelta) -> ForOfficers:
    history = await handling.history(tx, referral.referral_id)
    in_case_system = await store.in_case_system(tx, referral.referral_id)
    return ForOfficers(await _present(tx, referral.about, limit), history, in_case_system)


async def _present(tx: Tx, child_id: UUID | None, limit: timedelta) -> PresentRecords:
    """Of a child that was described and not found in the records yet, nothing is known."""
    if child_id is None:
        return PresentRecords(None, None, current=False)
    child, as_of = await store.child_now(tx, child_id, today(tx.now))
    return PresentRecords(child, as_of, is_current(as_of, tx.now, limit))


def _read(caller: Caller, reference: str, referral: Referral | None) -> ReferralRead:
    return ReferralRead(
        **caller.indexed(),
        children=children_of(referral.about if referral else None),
        outcome="shown" if referral else "not_found",
        read_id=uuid4(),
        referral_id=referral.referral_id if referral else None,
        reference=reference,
    )
