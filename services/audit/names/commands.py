"""Who is meant by a name or number as somebody typed it, whether it is a present one or a former one."""

from collections.abc import Iterable
from uuid import UUID

from services.audit.names import store
from services.audit.names.domain import are_alike
from shared import typed
from shared.contracts.audit import ChildSought
from shared.database.tx import Tx
from shared.names import key, words


async def people(tx: Tx, name: str, count: int) -> tuple[UUID, ...]:
    """The accounts whose name has or had this part, up to `count`."""
    part = words(name)
    return tuple(await store.people(tx, part, count)) if part else ()


async def schools(tx: Tx, name: str, count: int) -> list[str]:
    """The URNs of the schools whose name has or had this part, up to `count`."""
    return await store.schools(tx, words(name), count)


async def children(tx: Tx, sought: ChildSought, count: int) -> tuple[UUID, ...]:
    """The children who have or had this UPN, or else this name with this birth date, up to `count`.

    Where nobody is called exactly so, those of that birth date whose names are alike: what was looked up may have been
    written in another way than it is recorded.
    """
    if sought.upn is not None:
        return tuple(await store.children_by_upn(tx, typed.upn(sought.upn), count))
    if not (sought.given_name and sought.family_name and sought.born):
        return ()
    exact = await store.children_by_name(tx, key(sought.given_name, sought.family_name), sought.born, count)
    if exact:
        return tuple(exact)
    every = await store.children_born(tx, sought.born)
    alike = {child_id for child_id, *names in every if are_alike((sought.given_name, sought.family_name), names)}
    return tuple(sorted(alike)[:count])


async def present(tx: Tx, ids: Iterable[UUID]) -> dict[str, str]:
    """What the accounts and children among these ids are called now, by id."""
    return await store.names(tx, sorted(ids))
