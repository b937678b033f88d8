"""Two records side by side as a person sees them, and why what was decided may not be done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from services.feed.linking.domain import Ends, Standing, Verdict
from services.feed.source import Described
from shared.database.refusal import Refusal

Group = Literal["waiting", "marked", "decided"]
"""waiting: for a person. marked: linked by the rules though something differs. decided: a person said what they are,
and that still counts."""

PAIRS_MAX = 50


class PairNotFound(Refusal):
    """There are no such two records, or not any more."""


class PairChanged(Refusal):
    """One of the two records has changed since you saw them, or somebody has decided meanwhile."""


@dataclass(frozen=True, slots=True)
class ListedPair:
    """A pair in a list: nothing in it says whose records they are."""

    id: UUID
    verdict: Verdict
    why: Sequence[str]
    standing: Standing
    since: datetime
    decided: bool | None


@dataclass(frozen=True, slots=True)
class PairList:
    """The first of them, and how many there are of each group."""

    pairs: Sequence[ListedPair]
    counts: Mapping[Group, int]
    more: bool


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One side: its number in the source, what it says of who it is, and the id of the child that it is or was."""

    key: str
    described: Described
    child_id: UUID | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class ShownPair:
    """Both sides. `decided`: True, of one child; False, of two; None: nobody said so of them as they are now."""

    id: UUID
    ends: Ends
    verdict: Verdict
    why: Sequence[str]
    standing: Standing
    since: datetime
    decided: bool | None
    decided_by: UUID | None
    decided_at: datetime | None
    roll: ShownRecord
    care: ShownRecord

    @property
    def seen(self) -> str:
        """The same as long as there is the same to be seen."""
        said = f"{self.decided} {self.decided_at}".encode()
        return sha256(self.roll.digest + self.care.digest + said).hexdigest()

    @property
    def children(self) -> tuple[UUID, ...]:
        return tuple(one.child_id for one in (self.roll, self.care) if one.child_id)
