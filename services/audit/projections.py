"""What the audit service keeps of states: the present names, and every name and number that there ever was.

The record is searched and read by whatever somebody was known by when it was written, so nothing here is forgotten: not
when a child has left the source, nor when the state's tombstone comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.audit import store
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.db import Tx


async def put_people(tx: Tx, accounts: Sequence[Account]) -> None:
    await store.put_people(tx, accounts)


async def put_schools(tx: Tx, schools: Sequence[School]) -> None:
    await store.put_schools(tx, schools)


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """A state that names nobody (the child has left the source) leaves the last name and birth date standing."""
    await store.put_children(tx, children)


async def note_people(tx: Tx, accounts: Sequence[Account]) -> None:
    await store.add_person_names(tx, accounts)


async def note_schools(tx: Tx, schools: Sequence[School]) -> None:
    await store.add_school_names(tx, schools)
    await store.add_agreements(tx, [school for school in schools if school.agreement_named and school.agreement_since])


async def note_children(tx: Tx, children: Sequence[Child]) -> None:
    await store.keep_present(tx, children)
    await store.add_child_upns(tx, children)
    await store.add_child_names(tx, [child for child in children if child.given_name or child.family_name])


async def keep(tx: Tx, keys: Sequence[str]) -> None:
    """A tombstone lets others forget; the record's names stay for as long as the record does."""
