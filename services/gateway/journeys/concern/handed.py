"""What a concern is begun with: another journey's page hands a child over, sealed. All that others may import of it."""

from datetime import date
from uuid import UUID, uuid4

from pydantic import Field

from services.gateway.frame.forms import Hidden
from services.gateway.words import Line


class About(Hidden):
    """The child that an answer showed, so that a concern can be about this child and no other."""

    sealed_as = "About"

    key: UUID = Field(default_factory=uuid4)
    """The id of the draft that is begun from this answer: pressed twice, it is one draft."""
    child_id: UUID
    given_name: str
    family_name: str
    born: date
    has_worker: bool
    open_case: bool = False
    lines: tuple[Line, ...] = ()
    """The worker's own numbers and the team's lines, in the order in which to call them in office hours.

    A number of two of them, or of a team by day and by night, stands twice: the hour says which counts (in_order)."""
