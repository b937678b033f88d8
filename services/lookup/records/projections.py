"""What lookup keeps of the feed's states: the newest revision of each.

A worker or a team that has ended stays as a row that no answer reads, so that an older revision cannot bring it back.
Where something newer came and could not be kept, the row is marked `doubtful`: no plain answer rests on such a child or
such a worker, and no duty line of such a team is given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.lookup.records import store
from services.lookup.records.domain import role_shown
from shared.contracts import State
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.database.tx import Tx
from shared.events.kept import Copied, Kept, Keys, Values
from shared.events.states import Projector


def _child(child: Child) -> Values:
    """One that ended keeps only its revision."""
    said = (child.given_name, child.family_name, child.born, child.surely_restricted)
    return (child.child_id, *((None,) * len(said) if child.ended else said), child.ended, " ".join(child.doubtful))


def _worker(w: Worker) -> Values:
    return w.worker_id, w.name, role_shown(w), w.team_id, w.phone, w.email, w.gone_from, w.away_until, w.ended


def _team(t: Team) -> Values:
    return t.team_id, t.name, t.duty_phone, t.duty_hours, t.out_of_hours_phone, t.ended


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


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace all that is kept of each child of which this is a newer revision."""
    newer = await CHILD.put(tx, children)
    await store.put_parts(tx, newer, [child for child in children if child.child_id in newer and not child.ended])


async def forget_children(tx: Tx, keys: Keys) -> None:
    await CHILD.forget(tx, keys)
    await store.put_parts(tx, keys, [])


def copied_children(children: Sequence[Child]) -> dict[str, Copied]:
    """The same of children of whom nothing is kept yet, by table."""
    return {"child": CHILD.copied(children), **store.copied_parts([child for child in children if not child.ended])}


CHILDREN = Projector(put=put_children, forget=forget_children, doubt=CHILD.doubt)
TABLES: Mapping[type[State], tuple[str, tuple[str, ...]]] = {
    Freshness: ("source", ("freshness",)),
    Child: ("child_id", ("child", "roll", "open_case", "allocation", "perhaps")),
    Worker: ("worker_id", ("worker",)),
    Team: ("team_id", ("team",)),
}
"""Of each state the column by which its tables name its key, and the tables: first the one that has the revision. They
can be made anew of the log alone (`portal rebuild lookup`); what lookup keeps beside them cannot."""
COPIED: Mapping[type[State], Callable[[Sequence[Any]], dict[str, Copied]]] = {Child: copied_children}
"""Of states that are many, what the projection keeps where nothing is kept yet: a rebuild copies it in, by table."""
