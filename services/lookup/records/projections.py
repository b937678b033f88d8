"""What lookup keeps of the feed's states: the newest revision of each.

A worker or a team that has ended stays as a row that no answer reads, so that an older revision cannot bring it back.
Where something newer came and could not be kept, what there is is doubted: no plain answer rests on such a child or
such a worker, and no duty line of such a team is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.lookup import store
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.database.tx import Tx
from shared.events.kept import Kept, Values
from shared.events.states import Projector

ROLE_UNKNOWN = "social_or_support_worker"
"""What is shown of a worker whose job could not be read: either of the two that there are."""


def _child(child: Child) -> Values:
    """One that ended keeps only its revision."""
    restricted = child.restricted and not child.restricted_in_doubt
    said = (child.given_name, child.family_name, child.born, restricted)
    unread = " ".join(child.doubtful)
    return (child.child_id, *((None,) * len(said) if child.ended else said), child.ended, unread)


def _worker(w: Worker) -> Values:
    """Whoever may have left or be away is not called: whether they have could not be read."""
    role = ROLE_UNKNOWN if "role" in w.doubtful else w.role
    left_on = date.min if "left_on" in w.doubtful else w.left_on
    absent_until = date.max if "absent_until" in w.doubtful else w.absent_until
    return w.worker_id, w.name, role, w.team_id, w.phone, w.email, left_on, absent_until, w.ended


def _team(t: Team) -> Values:
    return t.team_id, t.name, t.duty_phone, t.duty_hours, t.out_of_hours_phone, t.ended


def _freshness(state: Freshness) -> Values | None:
    return None if state.ended else (state.source, state.as_of, bool(state.broken))


CHILD = Kept[Child](
    "child",
    key=("child_id", "uuid"),
    columns={
        "given_name": "text", "family_name": "text", "born": "date", "restricted": "boolean", "ended": "boolean",
        "unread": "words",
    },
    row=_child,
    doubts=True,
    whole="whole_revision",
)  # fmt: skip
WORKERS = Kept[Worker](
    "worker",
    key=("worker_id", "uuid"),
    columns={
        "name": "text", "role": "text", "team_id": "uuid", "phone": "text", "email": "text", "left_on": "date",
        "absent_until": "date", "ended": "boolean",
    },
    row=_worker,
    doubts=True,
    whole="whole_revision",
)  # fmt: skip
TEAMS = Kept[Team](
    "team",
    key=("team_id", "uuid"),
    columns={"team": "text", "phone": "text", "hours": "text", "out_of_hours_phone": "text", "ended": "boolean"},
    row=_team,
    doubts=True,
    whole="whole_revision",
)
FRESHNESS = Kept[Freshness](
    "freshness", key=("source", "text"), columns={"as_of": "timestamptz", "broken": "boolean"}, row=_freshness
)
"""Up to when all is here; without it nothing is current. It comes last: see `after` in app.py."""


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace all that is kept of each child that has a newer revision here."""
    newer = await CHILD.put(tx, children)
    await store.put_parts(tx, newer, [child for child in children if child.child_id in newer and not child.ended])


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await CHILD.forget(tx, keys)
    await store.put_parts(tx, keys, [])


CHILDREN = Projector(put=put_children, forget=forget_children, doubt=CHILD.doubt)
