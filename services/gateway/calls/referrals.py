"""What the four services say, as the pages need it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from services.gateway import words
from shared.contracts import Role

Hours = Annotated[str, AfterValidator(words.hours)]
"""When a team answers, written one way whatever the source writes."""


class Told(BaseModel):
    """An answer: fields that the gateway does not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class RoleHeld(Told):
    role: Role
    school: str | None = None
    school_name: str | None = None


class Acting(RoleHeld):
    agreement: str | None = None


class Lost(RoleHeld):
    """What somebody acted as until it was taken away. `why`: role_removed, school_suspended or agreement_ended."""

    why: str


class Person(Told):
    """Who is signed in, and which of their roles they act in."""

    account_id: UUID
    session_id: UUID
    name: str
    email: str
    acting: Acting | None = None
    lost: Lost | None = None
    roles: list[RoleHeld] = []
    ends_at: AwareDatetime | None = None
    """When the sign-in ends by itself if nothing is opened or sent before."""


class Worker(Told):
    name: str
    role: str
    lead: bool = False
    team: str | None = None
    phone: str | None = None
    email: str | None = None
    duty_phone: str | None = None
    duty_hours: Hours | None = None
    callable: bool = False


class Child(Told):
    child_id: UUID
    given_name: str
    family_name: str
    born: date


class Duty(Told):
    team: str
    phone: str
    hours: Hours
    out_of_hours_phone: str | None = None


class Answer(Told):
    """What lookup says of one question."""

    outcome: str
    search_id: UUID
    as_of: datetime | None = None
    child: Child | None = None
    workers: list[Worker] = []
    duty: Duty | None = None


class Made(Told):
    """A referral that was taken."""

    referral_id: UUID
    reference: str
    made_at: datetime
    due_at: datetime
    roll_as_of: datetime | None = None
    """Up to when the school's roll was known; None: never completely."""
    roll_current: bool = True
    """False: the roll was too old to check the child against it. The referral was taken all the same."""


class Actor(Told):
    id: UUID
    name: str | None = None
    role: str | None = None


class SchoolNamed(Told):
    urn: str
    name: str | None = None


class ChildNamed(Told):
    """As it was known when the entry was recorded; `now` is its name as it is known now."""

    child_id: UUID
    name: str | None = None
    born: date | None = None
    now: str | None = None


class Entry(Told):
    """One line of the audit record."""

    entry_id: UUID
    at: datetime
    recorded_at: datetime | None = None
    kind: str
    known: bool = True
    actor: Actor | None = None
    school: SchoolNamed | None = None
    agreement: str | None = None
    agreement_named: str | None = None
    agreement_since: datetime | None = None
    children: list[ChildNamed] = []
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID
    body: dict[str, Any] = {}


class Entries(Told):
    entries: list[Entry]
    next: str | None = None
    previous: str | None = None


class OneEntry(Told):
    entry: Entry
    same_act: list[Entry] = []
    names: dict[str, str] = {}


class ChildWritten(Told):
    """The child as the sender's page showed it when the referral was sent."""

    given_name: str
    family_name: str
    born: date


class WorkerNow(Told):
    """Somebody allocated to the child today; an empty name: not known yet. No phone: the duty line serves."""

    name: str
    role: str
    lead: bool = False
    team: str | None = None
    phone: str | None = None
    duty_phone: str | None = None


class ChildNow(ChildWritten):
    """The child as the council's records have it now. `unreadable` names what nobody can read in its source."""

    upn: str | None = None
    restricted: bool = False
    unreadable: list[str] = []
    workers: list[WorkerNow] | None = None
    """None: not told."""


class Referral(Told):
    """A referral as it was sent, and what the council's records say of its child now. None: not known."""

    reference: str
    made_at: datetime
    due_at: datetime
    gate: str
    urgency: str | None = None
    lowered_from: str | None = None
    roll_as_of: datetime | None = None
    roll_current: bool | None = None
    called_at: datetime | None = None
    called_number: str | None = None
    kind: str
    concern: str
    done_so_far: str
    parents_know: bool
    parents_reason: str | None = None
    contact: str
    child_said: str | None = None
    family: str | None = None
    school: str
    school_name: str | None = None
    sender_name: str | None = None
    sender_role: str | None = None
    child_written: ChildWritten | None = None
    child: ChildNow | None = None
    records_as_of: datetime | None = None
    records_current: bool | None = None

    def differs(self, *names: str) -> bool:
        """Whether the records say another thing now than the sender's page did, in one of these fields of the child."""
        then, now = self.child_written, self.child
        if then is None or now is None:
            return False
        return any(getattr(then, name) != getattr(now, name) for name in names if name not in now.unreadable)
