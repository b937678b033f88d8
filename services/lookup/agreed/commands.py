"""Whether a school's agreement allows something: asked in the transaction that answers, as access is."""

from collections.abc import Collection

from services.lookup.agreed import store
from shared.contracts.identity import AgreementOption
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def is_on(tx: Tx, caller: Caller, option: AgreementOption) -> bool:
    """Whether it is on for the caller's school. What is not known here is off."""
    return caller.school in await schools_with(tx, option, [caller.school] if caller.school else [])


async def schools_with(tx: Tx, option: AgreementOption, schools: Collection[str]) -> set[str]:
    """Of these schools those that are live under an agreement with this option on."""
    return await store.schools_with(tx, option, schools)
