"""What referrals keeps of states: whose roll a child is on, and the names and workers that the council's own read.

What has ended stays as a row that no answer reads, so that an older revision cannot bring it back. Where something
newer came and could not be kept, what there is is doubted: such a roll is not called current, nobody is sent to what
may be a worker's old number, and no duty line is given that may be an old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.referrals import store_followed as store
from services.referrals.domain import today
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.identity import Account, School
from shared.database.tx import Tx
from shared.events.kept import Kept, Values
from shared.events.states import Projector


def _child(child: Child) -> Values:
    """One that ended keeps only its revision."""
    if child.ended:
        return child.child_id, None, None, None, None, None, ""
    named = (child.child_id, child.given_name, child.family_name, child.born, child.upn)
    return *named, is_restricted(child), " ".join(child.doubtful)


def is_restricted(child: Child) -> bool:
    """Not one that is called restricted only for those who do not know what `doubtful` is."""
    return child.restricted and not child.restricted_in_doubt


def _worker(w: Worker) -> Values:
    return w.worker_id, w.name, _role(w), w.team_id, w.phone, *_gone_or_away(w), w.ended


def _role(worker: Worker) -> str:
    """Empty where the feed could not read it: any role stands there."""
    return "" if "role" in worker.doubtful else worker.role


def _gone_or_away(worker: Worker) -> tuple[date | None, date | None]:
    """Whoever may have left or be away is not called: whether they have could not be read."""
    left_on = date.min if "left_on" in worker.doubtful else worker.left_on
    return left_on, date.max if "absent_until" in worker.doubtful else worker.absent_until


def _freshness(state: Freshness) -> Values | None:
    return None if state.ended else (state.source, state.as_of, bool(state.broken))


CHILD = Kept[Child](
    "child",
    key=("child_id", "uuid"),
    columns={
        "given_name": "text", "family_name": "text", "born": "date", "upn": "text", "restricted": "boolean",
        "unreadable": "words",
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
FRESHNESS = Kept[Freshness](
    "freshness", key=("source", "text"), columns={"as_of": "timestamptz", "broken": "boolean"}, row=_freshness
)
"""Up to when all is here; without it no roll is current. It comes last: see `after` in app.py."""
SCHOOLS = Kept[School](
    "school", key=("urn", "text"), columns={"name": "text"}, row=lambda school: (school.urn, school.name)
)
PEOPLE = Kept[Account](
    "person",
    key=("account_id", "uuid"),
    columns={"name": "text"},
    row=lambda account: (account.account_id, account.name),
)


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace what is kept of each child that has a newer revision here; of a roll that it left, that it did."""
    newer = await CHILD.put(tx, children)
    alive = [child for child in children if child.child_id in newer and not child.ended]
    await store.put_rolls(tx, newer, alive, today(tx.now))
    await store.put_allocations(tx, newer, alive)


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await CHILD.forget(tx, keys)
    await store.forget_rolls(tx, keys)
    await store.put_allocations(tx, keys, [])


CHILDREN = Projector(put=put_children, forget=forget_children, doubt=CHILD.doubt)
