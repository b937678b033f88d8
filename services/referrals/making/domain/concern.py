"""What a referral is, when one may be made and by when it is answered. Nothing here can wait or fail to connect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from shared import typed
from shared.database.refusal import Refusal

Gate = Literal["not_urgent", "telephoned", "worker_told"]
Urgency = Literal["immediate", "significant", "urgent", "not_urgent"]
GATES: Mapping[Urgency, Gate] = {
    "immediate": "telephoned",
    "significant": "telephoned",
    "urgent": "worker_told",
    "not_urgent": "not_urgent",
}
"""Which gate each answer went through, the most urgent first."""
Kind = Literal["concern", "update"]
Fault = tuple[str, str]
"""Which field, and what to mend in it: words for the person, never what was typed."""

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
CLOSED_DAYS_MAX = 60
"""No council is closed for longer on end; a calendar that says so is wrong."""

REFERENCE_LETTERS = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 (no I, L, O, U) without 0: 31 is prime, so the check character notices every wrong character and
every two that changed places."""
REFERENCE_RANDOM = 6  # 31 ** 6: 887 million
READ_AS = str.maketrans({"I": "1", "L": "1"})
REFERENCE_FORM = "A reference has 7 letters and digits, like ABC-DEF-G"
REFERENCE_WRONG = "Check it: one character is wrong"

CONCERN_MIN = 20
CALLED_DAYS = 7
"""What was telephoned earlier than that is no follow-up of a call."""
LEFT_DAYS = 30
"""How long after a child left a roll a concern is taken that is checked against a roll that may be old."""


def today(now: datetime) -> date:
    """The date at the schools: a roll begins and ends at midnight in London."""
    return now.astimezone(LONDON).date()


def check_character(body: str) -> str:
    """The last character of a reference: each character's value times its place, 1 to 6, summed, mod 31."""
    total = sum(place * REFERENCE_LETTERS.index(c) for place, c in enumerate(body, start=1))
    return REFERENCE_LETTERS[total % len(REFERENCE_LETTERS)]


def new_reference(choose: Callable[[str], str]) -> str:
    """XXX-XXX-X: short enough to read out on the telephone. `choose` draws one character, as secrets.choice does."""
    body = "".join(choose(REFERENCE_LETTERS) for _ in range(REFERENCE_RANDOM))
    return f"{body[:3]}-{body[3:]}-{check_character(body)}"


def _reference_typed(value: str) -> str:
    """What was typed, as far as it may be a reference: capitals without spaces and hyphens."""
    return typed.code(value).upper().translate(READ_AS)


def reference_fault(value: str) -> str | None:
    """What to mend in a reference that was typed, in words; None: nothing."""
    plain = _reference_typed(value)
    if len(plain) != REFERENCE_RANDOM + 1 or not (plain.isascii() and plain.isalnum()):
        return REFERENCE_FORM
    right = set(plain) <= set(REFERENCE_LETTERS) and check_character(plain[:-1]) == plain[-1]
    return None if right else REFERENCE_WRONG


def tidy_reference(value: str) -> str | None:
    """A reference as it is kept, however it was typed; None: mistyped, by its form or its check character."""
    plain = _reference_typed(value)
    return None if reference_fault(value) else f"{plain[:3]}-{plain[3:6]}-{plain[6]}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the council works: Monday to Friday from `opens` to `closes`, London time, but for its days off."""

    opens: time
    closes: time
    holidays: Callable[[date], bool]
    closed_on: Collection[date] = ()

    def works_on(self, day: date) -> bool:
        return day.weekday() < SATURDAY and not self.holidays(day) and day not in self.closed_on

    def next_day(self, day: date) -> date:
        """The first working day after this day."""
        for ahead in range(1, CLOSED_DAYS_MAX + 1):
            if self.works_on(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError("the calendar has no working day within reach")

    def due_at(self, received_at: datetime) -> datetime:
        """One working day after receipt (Working Together to Safeguard Children): the same time on the next one.

        What comes outside working hours counts as received when the council next opens, and a whole working day from
        its opening ends at its closing.
        """
        local = received_at.astimezone(LONDON)
        open_today = self.works_on(local.date())
        if open_today and self.opens < local.time() <= self.closes:
            return datetime.combine(self.next_day(local.date()), local.time(), LONDON)
        before_opening = open_today and local.time() <= self.opens
        day = local.date() if before_opening else self.next_day(local.date())
        return datetime.combine(day, self.closes, LONDON)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the council has set: when it works, and how old a roll may be to be called current."""

    calendar: Calendar
    freshness_limit: timedelta


@dataclass(frozen=True, slots=True)
class Concern:
    """What a school writes. `done_so_far`: by the school; `contact`: how to reach the writer.

    `urgency` None: sent by a page that did not say yet which answer it was. `called_at` and `called_number` are kept
    whenever there was a call, also if the sender says now that it is not urgent.
    """

    gate: Gate
    called_at: datetime | None
    called_number: str | None
    kind: Kind
    concern: str
    done_so_far: str
    parents_know: bool
    parents_reason: str | None
    contact: str
    child_said: str | None
    family: str | None
    urgency: Urgency | None = None
    lowered_from: Urgency | None = None

    def faults(self, now: datetime) -> list[Fault]:
        """What must be mended before this can be sent. Urgent matters are called in first; this is the follow-up."""
        called = self.gate != "not_urgent" or self.called_at is not None or bool(self.called_number)
        told = typed.is_phone(self.called_number or "")
        said = [
            ("called_at", called and self.called_at is None, "Enter when you called"),
            ("called_at", not _in_the_last_days(self.called_at, now), f"Enter a time in the last {CALLED_DAYS} days"),
            ("called_number", called and not self.called_number, "Enter which number you called"),
            ("called_number", bool(self.called_number) and not told, "Enter a telephone number, like 01632 960100"),
            ("concern", not self.concern, "Enter what has happened"),
            ("concern", 0 < typed.seen_length(self.concern) < CONCERN_MIN, f"Write {CONCERN_MIN} characters or more"),
            ("contact", not self.contact, "Enter how we can reach you"),
            ("parents_reason", not self.parents_know and not self.parents_reason, "Say why the parents do not know"),
        ]
        return [(where, why) for where, wrong, why in said if wrong]


def _in_the_last_days(called_at: datetime | None, now: datetime) -> bool:
    """From the first minute of the seventh day before today until now. Compared as they are: a time at the end of the
    calendar cannot be brought into another time zone."""
    first = datetime.combine(today(now) - timedelta(days=CALLED_DAYS), time.min, LONDON)
    return called_at is None or first <= called_at <= now


def lowered(urgency: Urgency, before: Urgency | None) -> Urgency | None:
    """The answer that was given before, if it was a more urgent one."""
    order = list(GATES)
    return before if before and order.index(before) < order.index(urgency) else None


@dataclass(frozen=True, slots=True)
class RollHeld:
    """What is known here of one child and one school's roll today."""

    on_roll: bool
    lately: bool
    """It left that roll within LEFT_DAYS, or its days on it cannot be read, or on whose roll it is cannot."""
    as_of: datetime | None
    """Up to when the rolls were complete; None: not known, or not of this child."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Against what a referral was checked: up to when its school's roll was complete, and whether that is recent."""

    as_of: datetime | None
    current: bool


class NotOnRoll(Refusal):
    """We cannot find this child on your school's roll. If you are worried about a child now, call the council."""

    def __init__(self, checked: Checked) -> None:
        """`detail` is `not_current` where the roll may be old: then this is no plain no."""
        super().__init__()
        self.detail = None if checked.current else "not_current"


class KeyReused(Refusal):
    """This form was already sent with other answers. Start again from the search to send another one."""


class ReferralNotFound(Refusal):
    """There is no referral with this reference that you may read."""


def is_current(as_of: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether records that were complete then are recent. A time far ahead of our clock proves nothing."""
    return as_of is not None and abs(now - as_of) <= limit


def may_write(roll: RollHeld, checked: Checked) -> bool:
    """Whether a school may send a concern about this child: one of its roll.

    Against a roll that may be old a concern is never lost: a child that left a short while ago is taken too, marked.
    """
    return roll.on_roll or (not checked.current and roll.lately)


@dataclass(frozen=True, slots=True)
class ChildWritten:
    """The child as the sender's page showed it: what a school may read of it for good."""

    given_name: str
    family_name: str
    born: date


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker allocated to the child today. No phone: absent, left or none; the team's duty line serves."""

    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    duty_phone: str | None


@dataclass(frozen=True, slots=True)
class ChildNow:
    """The child as the council's records have it at the moment: for the council's own roles only.

    `unreadable` names what the source has and the feed could not read. `restricted`: its workers are not in here.
    """

    given_name: str
    family_name: str
    born: date
    upn: str | None
    restricted: bool
    unreadable: tuple[str, ...] = ()
    workers: tuple[Worker, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """What the records say now. `as_of` None: not known to be complete of this child. `child` None: it is not there."""

    child: ChildNow | None
    as_of: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a referral, as what, and for which school, by the names of then; None: not known."""

    school_name: str | None = None
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A concern or update that a school sent, as it is kept and as it is read."""

    referral_id: UUID
    reference: str
    child_id: UUID
    school: str
    agreement: str | None
    made_by: UUID
    made_at: datetime
    due_at: datetime
    concern: Concern
    sender: Sender = Sender()
    child_written: ChildWritten | None = None
    roll_as_of: datetime | None = None
    roll_current: bool | None = None
    """None: made before this was kept."""
