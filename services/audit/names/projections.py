"""What the audit service keeps of states: the present names, and every name and number that there ever was.

The record is searched and read by whatever somebody was known by when it was written, so nothing here is forgotten: not
when a child has left the source, nor when the state's tombstone comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.audit import store
from shared import names
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.database.tx import Tx
from shared.events.kept import Kept
from shared.events.states import Projector

PERSON = Kept[Account](
    "person",
    key=("account_id", "uuid"),
    columns={"name": "text", "name_key": "text"},
    row=lambda account: (account.account_id, account.name, names.words(account.name)),
)
SCHOOL = Kept[School](
    "school", key=("urn", "text"), columns={"name": "text"}, row=lambda school: (school.urn, school.name)
)


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


PEOPLE = Projector(put=PERSON.put, forget=keep, every=note_people)
SCHOOLS = Projector(put=SCHOOL.put, forget=keep, every=note_schools)
CHILDREN = Projector(put=put_children, forget=keep, every=note_children)
