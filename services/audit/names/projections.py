"""What audit keeps of states: present names, and every name and number that there ever was.

The record is searched and read by whatever somebody was called when it was written. So nothing is deleted here, neither
when a child has left the source nor when the state's tombstone comes.
"""

from collections.abc import Sequence

from services.audit.names import store
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.database.tx import Tx
from shared.events.kept import Kept
from shared.events.states import Projector
from shared.names import words

PERSON = Kept[Account](
    "person",
    key=("account_id", "uuid"),
    columns={"name": "text", "name_key": "text"},
    row=lambda account: (account.account_id, account.name, words(account.name)),
)
SCHOOL = Kept[School](
    "school", key=("urn", "text"), columns={"name": "text"}, row=lambda school: (school.urn, school.name)
)


async def note_schools(tx: Tx, schools: Sequence[School]) -> None:
    await store.add_school_names(tx, schools)
    await store.add_agreements(tx, [school for school in schools if school.agreement_named and school.agreement_since])


async def note_children(tx: Tx, children: Sequence[Child]) -> None:
    await store.keep_present(tx, children)
    await store.add_child_upns(tx, children)
    await store.add_child_names(tx, [child for child in children if child.given_name or child.family_name])


async def keep(tx: Tx, keys: Sequence[str]) -> None:
    """Delete nothing at a tombstone: names stay for as long as the record does."""


PEOPLE = Projector(put=PERSON.put, forget=keep, every=store.add_person_names)
SCHOOLS = Projector(put=SCHOOL.put, forget=keep, every=note_schools)
CHILDREN = Projector(put=store.put_children, forget=keep, every=note_children)
