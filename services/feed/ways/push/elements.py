"""What one element of a payload says of one child, as far as it is kept. What is absent is not in `cells`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.feed.source import Body

CHILD, EPISODE, SPELL = "children", "social_care_episodes", "care_worker_details"
"""Parts of the payload, and the tables in which they are kept."""
CHILD_ID, EPISODE_ID, WORKER_ID, STARTS, ENDS = (
    "la_child_id", "social_care_episode_id", "worker_id", "start_date", "end_date",
)  # fmt: skip
DETAILS, PURGE = "child_details", "purge"

CELLS: Mapping[str, tuple[str, ...]] = {
    CHILD: (
        "unique_pupil_number", "former_unique_pupil_number", "first_name", "surname", "date_of_birth",
    ),
    EPISODE: ("referral_date", "closure_date", "referral_no_further_action_flag"),
    SPELL: (STARTS, ENDS),
}  # fmt: skip
"""What is kept of each part besides its keys. All else of the payload is dropped: plans, assessments, reasons …"""


@dataclass(frozen=True, slots=True)
class CareWorker:
    """A worker's time with a child. `purge`: it is to be removed."""

    worker: str
    cells: Body
    purge: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """A social care episode, with the workers that the payload names for it."""

    id: str
    cells: Body
    workers: tuple[CareWorker, ...] = ()
    purge: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """One child. `purge`: it is to be removed with all; `details_purge`: what says who it is."""

    number: int
    """Its place in what was sent, from 0 on: by that its sender is told of it."""
    child: str
    cells: Body = field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    purge: bool = False
    details_purge: bool = False

    @property
    def at(self) -> str:
        return f"[{self.number}]"
