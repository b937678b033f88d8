"""Whether a school may send a concern about a child: one on its roll, as far as that is known. Pure."""

from dataclasses import dataclass
from datetime import datetime

from shared.database.refusal import Refusal


@dataclass(frozen=True, slots=True)
class RollHeld:
    """What is known here of one child and one school's roll today."""

    on_roll: bool
    lately: bool
    """It left that roll within LEFT_DAYS, or the days of that stay or the schools of its rolls cannot be read."""
    as_of: datetime | None
    """Up to when the rolls are complete; None: not known, or not for this child."""


DESCRIBED = RollHeld(on_roll=True, lately=False, as_of=None)
"""A child who is described is taken as if it were on the roll, unchecked, and so marked."""


@dataclass(frozen=True, slots=True)
class RollCheck:
    """Against what a referral was checked: up to when its school's roll was complete, and whether that is current."""

    as_of: datetime | None
    current: bool


class NotOnRoll(Refusal):
    """We cannot find this child on your school's roll. If you are worried about a child now, call the council."""

    def __init__(self, checked: RollCheck) -> None:
        """`detail` is `not_current` where the roll may be old: then it is not known that the child is not on it."""
        super().__init__()
        self.detail = None if checked.current else "not_current"


def may_write(roll: RollHeld, checked: RollCheck) -> bool:
    """Whether a school may send a concern about this child.

    A concern is never lost to an old roll: against one, a child that left it lately is taken too, and marked.
    """
    return roll.on_roll or (not checked.current and roll.lately)
