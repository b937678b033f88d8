"""What travels in hidden, sealed fields from page to page: the child, the concern as far as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.gateway.domain.urgency import Urgency, higher

Fields = Mapping[str, str]
Fault = tuple[str, str]
"""Which field of the page, and what to mend in it, in words for the person."""


class Hidden(BaseModel):
    """Something that a page carries in a sealed field."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Line(Hidden):
    """A number to call, and whose it is."""

    whose: str
    phone: str
    hours: str | None = None
    out_of_hours: bool = False
    """Whether it answers when the office does not, and only then."""


class About(Hidden):
    """The child that an answer showed, so that a concern can be about this child and no other."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    has_worker: bool
    lines: tuple[Line, ...] = ()
    """The worker's own numbers and the team's lines, in the order in which to call them in office hours.

    A number of two of them, or of a team by day and by night, stands twice: the hour says which counts (in_order)."""


class Draft(Hidden):
    """A concern or update as far as it is written. `key` makes sending it twice the same as once."""

    about: About
    key: UUID
    urgency: Urgency | None = None
    highest: Urgency | None = None
    """The highest answer that was given, and stood, on the way here."""
    called_at: datetime | None = None
    called_number: str | None = None
    call: dict[str, str] = {}
    """What was typed about the call, also where it cannot be read yet."""
    typed: dict[str, str] = {}

    @property
    def lowered_from(self) -> Urgency | None:
        """The higher answer given before, if there was one."""
        return self.highest if self.urgency and self.highest and higher(self.highest, self.urgency) else None

    @property
    def past_the_gate(self) -> bool:
        """Whether it may be written down: what is urgent is telephoned first."""
        return self.urgency == "not_urgent" or (self.urgency is not None and self.called_at is not None)

    def answered(self, urgency: Urgency) -> Draft:
        """With this answer at the gate. A call that was recorded stays recorded."""
        highest = self.highest if self.highest and higher(self.highest, urgency) else urgency
        return self.model_copy(update={"urgency": urgency, "highest": highest})


class Kept(Hidden):
    """What was typed into a form that could not be taken, for the same person to copy from."""

    typed: dict[str, str]


class Filters(Hidden):
    """What the data protection officer asked for, so that the next page answers the same question."""

    typed: dict[str, str]
