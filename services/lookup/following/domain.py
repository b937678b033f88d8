"""What somebody was shown of a child's workers, and what has become of them since. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.lookup.searching.domain import Match
from services.lookup.standing.domain import workers_of
from shared.contracts import Event
from shared.contracts.identity import AgreementOption
from shared.contracts.lookup import SearchMade, WorkerChange

OPTION: AgreementOption = "changed_since"
"""Of a school's agreement, without which nothing is noted, kept or told."""
CHANGES_MAX = 50
"""Of how many children one reading tells; of the others the next one does."""

Workers = frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Look:
    """What a person saw, for one school, of a child's workers. `workers`: those whom their last search showed; `told`:
    those who were there when they were last told of a change since that search (None: they were told of none)."""

    account: UUID
    school: str
    child: UUID
    at: datetime
    workers: Workers
    told: Workers | None = None

    def change(self, now: Workers, untold: bool) -> WorkerChange | None:
        """What there is to tell; None: nothing. `untold`: only what has changed since they were last told."""
        known = self.workers if self.told is None else self.told
        if now == known and (untold or self.told is None):
            return None
        if now == self.workers:
            return "as_before"
        if not now:
            return "no_worker"
        return "other_workers" if self.workers else "first_worker"


@dataclass(frozen=True, slots=True)
class Changed:
    """A child of whom there is something to tell."""

    child: Match
    looked_at: datetime
    change: WorkerChange
    workers: Workers
    """Those who are there now. They are not told: who they are is a search's to answer."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is told at once. `as_of`: up to when the records are complete; None where they are not current.
    `current` False: nothing is told, for what is kept may be old. `more`: there are others, to be told next."""

    reading_id: UUID
    as_of: datetime | None
    current: bool
    changed: tuple[Changed, ...] = ()
    more: bool = False


def changed(looks: Mapping[UUID, Look], children: Sequence[Match], untold: bool) -> list[Changed]:
    """Of these children, who are on the roll and may be told of, those whose workers are others; longest seen first."""
    found = [
        Changed(child, look.at, change, now)
        for child in children
        if (look := looks[child.child_id]) and (change := look.change(now := workers_of(child), untold))
    ]
    return sorted(found, key=lambda one: (one.looked_at, str(one.child.child_id)))


def look_of(event: Event | None, at: datetime) -> Look | None:
    """What a search showed to whoever made it; None: nothing of any child's workers."""
    if not isinstance(event, SearchMade) or event.outcome not in ("found", "no_open_case"):
        return None
    if event.actor is None or event.school is None or len(event.children) != 1:
        return None
    workers = frozenset(worker.worker_id for worker in event.shown.workers)
    return Look(event.actor, event.school, event.children[0], at, workers)
