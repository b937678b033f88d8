"""What a referral is, when one may be made and by when it is answered. Nothing here can wait or fail to connect."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

Gate = Literal["not_urgent", "telephoned", "worker_told"]
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
READ_AS = str.maketrans({"I": "1", "L": "1", "-": None})


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


def tidy_reference(typed: str) -> str | None:
    """A reference as it is kept, however it was typed; None: mistyped, by its form or its check character."""
    plain = "".join(typed.split()).upper().translate(READ_AS)
    if len(plain) != REFERENCE_RANDOM + 1 or not set(plain) <= set(REFERENCE_LETTERS):
        return None
    if check_character(plain[:-1]) != plain[-1]:
        return None
    return f"{plain[:3]}-{plain[3:6]}-{plain[6]}"


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
class Concern:
    """What a school writes. `done_so_far`: by the school; `contact`: how to reach the writer."""

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

    def faults(self, now: datetime) -> list[Fault]:
        """What must be mended before this can be sent. Urgent matters are called in first; this is the follow-up."""
        called = self.gate != "not_urgent"
        ahead = self.called_at is not None and self.called_at > now
        said = [
            ("called_at", called and self.called_at is None, "Enter when you called"),
            ("called_at", ahead, "The time of the call must be in the past"),
            ("called_number", called and not self.called_number, "Enter which number you called"),
            ("parents_reason", not self.parents_know and not self.parents_reason, "Say why the parents do not know"),
        ]
        return [(where, why) for where, wrong, why in said if wrong]


@dataclass(frozen=True, slots=True)
class ChildNamed:
    """What whoever reads a referral knows the child by."""

    given_name: str
    family_name: str
    born: date
    upn: str | None


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
