"""How urgent a concern is: which answers a child has at the gate, whom each sends to call, and which numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import get_args

from services.gateway.calls.referrals.drafts import SavedDraft
from services.gateway.words import Line
from shared.contracts.referrals import Urgency
from shared.contracts.referrals.answers import DraftAbout

URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
"""The highest first."""
CALLS: Mapping[str, str] = {
    "immediate": "Call 999 now",
    "significant": "Call the team",
    "urgent": "Call about this child",
}
"""The title of the telephone page of each urgent answer."""
LINES_FOR = timedelta(hours=12)
"""For how long the numbers that an answer showed are given again: workers change, and are away."""


def has_urgent(child: DraftAbout) -> bool:
    """Whether there is somebody of the child's own to call: a worker, or the duty line of a team with an open case."""
    return child.has_worker or child.open_case


def read_urgency(typed: str) -> Urgency | None:
    """The answer at the gate; None where there is none. Whether this child has that one, referrals says."""
    return next((each for each in URGENCIES if each == typed), None)


def own_lines(draft: SavedDraft, now: datetime) -> Sequence[Line] | None:
    """The child's own numbers, where they help; None: they were shown too long ago to be called."""
    assert draft.child is not None
    assert draft.answers is not None
    if draft.answers.urgency != "urgent":
        return ()
    if now - draft.started_at > LINES_FOR:
        return None
    return [Line(**line.model_dump()) for line in draft.child.lines]
