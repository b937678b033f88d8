"""What referrals keeps of states: whose roll a child is on, and the names and workers that triage officers read.

What has ended stays as a row that no answer reads, so that an older revision cannot bring it back. Where something
newer came and could not be kept, the row is marked `doubtful`: such a child's roll is not called current, nobody is
sent to what may be a worker's old number, and no duty line is given that may be an old one.
"""

from collections.abc import Sequence

from services.referrals.records import store
from services.referrals.records.domain import keys_of, role_told
from shared import matching
from shared.clock import today
from shared.contracts.feed import Child, Team, Worker
from shared.contracts.identity import Account, School
from shared.database.tx import Tx
from shared.events.kept import Kept, Keys, Values
from shared.events.states import Projector


def _child(child: Child) -> Values:
    """One that ended keeps only its revision."""
    if child.ended:
        return child.child_id, None, None, None, None, None, "", "", matching.VERSION
    named = (child.given_name, child.family_name, child.born)
    keyed = (keys_of(*named), matching.VERSION)
    return child.child_id, *named, child.upn, child.surely_restricted, " ".join(child.doubtful), *keyed


def _worker(w: Worker) -> Values:
    return w.worker_id, w.name, role_told(w), w.team_id, w.phone, w.gone_from, w.away_until, w.ended


CHILD = Kept[Child](
    "child",
    key=("child_id", "uuid"),
    columns={
        "given_name": "text", "family_name": "text", "born": "date", "upn": "text", "restricted": "boolean",
        "unreadable": "words", "keys": "words", "keys_version": "integer",
    },
    row=_child,
    doubts=True,
    whole="whole_revision",
)  # fmt: skip
WORKERS = Kept[Worker](
    "worker",
    key=("worker_id", "uuid"),
    columns={
        "name": "text", "role": "text", "team_id": "uuid", "phone": "text", "left_on": "date", "absent_until": "date",
        "ended": "boolean",
    },
    row=_worker,
    doubts=True,
)  # fmt: skip
TEAMS = Kept[Team](
    "team",
    key=("team_id", "uuid"),
    columns={"name": "text", "phone": "text", "ended": "boolean"},
    row=lambda team: (team.team_id, team.name, team.duty_phone, team.ended),
    doubts=True,
)
SCHOOLS = Kept[School](
    "school", key=("urn", "text"), columns={"name": "text"}, row=lambda school: (school.urn, school.name)
)
PEOPLE = Kept[Account](
    "person",
    key=("account_id", "uuid"),
    columns={"name": "text", "email": "text"},
    row=lambda account: (account.account_id, account.name, None if account.ended else account.email),
    whole="whole_revision",
)


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace all that is kept of each child of which this is a newer revision, but remember the rolls that it left."""
    newer = await CHILD.put(tx, children)
    alive = [child for child in children if child.child_id in newer and not child.ended]
    await store.put_rolls(tx, newer, alive, today(tx.now))
    await store.put_allocations(tx, newer, alive)


async def forget_children(tx: Tx, keys: Keys) -> None:
    await CHILD.forget(tx, keys)
    await store.forget_rolls(tx, keys)
    await store.put_allocations(tx, keys, [])


CHILDREN = Projector(put=put_children, forget=forget_children, doubt=CHILD.doubt)
