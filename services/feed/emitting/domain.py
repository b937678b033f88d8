"""What was emitted of a subject and what is emitted now: ids, revisions, the last revision of whoever is gone."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.feed.source import Kind, Subject
from shared.contracts import State
from shared.contracts.feed import EVER, Child, Freshness, Team, Worker

STATES: dict[Kind, type[State]] = {"child": Child, "worker": Worker, "team": Team, "freshness": Freshness}


class MissingColumn(NamedTuple):
    """A column that the source does not send any more (`missing`), or sends as another type (`other_type`)."""

    table: str
    column: str
    why: str = "missing"

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Emitted:
    """What was last emitted of a subject. Revision 0: nothing. `others`: other code emitted it, by its own rules."""

    id: UUID
    revision: int
    digest: bytes | None
    ended: bool
    others: bool = False


@dataclass(frozen=True, slots=True)
class Emission:
    """What is emitted of a subject now."""

    subject: Subject
    revision: int
    digest: bytes
    ended: bool


def ended(kind: Kind, id: UUID) -> State | None:
    """The last revision of somebody who is not in the source any more. It names nobody. Freshness does not end."""
    match kind:
        case "child":
            return Child(revision=0, ended=True, child_id=id, upn=None, given_name="", family_name="", born=EVER)
        case "worker":
            return Worker(revision=0, ended=True, worker_id=id, name="", role="social_worker", team_id=None)
        case "team":
            return Team(revision=0, ended=True, team_id=id, name="", duty_phone="", duty_hours="")
        case "freshness":
            return None
