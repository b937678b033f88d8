"""What a question about a child is and how it is answered. Nothing here can wait, fail to connect or be mocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from shared import typed, upn
from shared.names import fold

Outcome = Literal["found", "no_open_case", "not_on_roll", "call_team", "narrow", "not_current"]
Fault = tuple[str, str]
"""Which field, and what to mend in it: words for the person, never what was typed."""

LONDON = ZoneInfo("Europe/London")
MATCH_MAX = 5
"""More children than this are too many even to tell apart by looking closer (pages.md: no list, no count)."""

BORN_YEAR_MIN = 1900


def today(now: datetime) -> date:
    """The date at the schools: a roll or an allocation begins and ends at midnight in London."""
    return now.astimezone(LONDON).date()


def born_fault(born: date, today: date) -> str | None:
    if born.year < BORN_YEAR_MIN:
        return "Date of birth must be a real date"
    return "Date of birth must be in the past" if born > today else None


@dataclass(frozen=True, slots=True)
class Question:
    """Which child is meant: by UPN, or by name and date of birth. Only one without faults may be asked."""

    upn: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None

    def faults(self, today: date) -> list[Fault]:
        """What must be mended before this can be asked, field by field."""
        named = [self.given_name, self.family_name, self.born]
        if self.upn and any(named):
            return [("upn", "Enter a UPN, or a name and date of birth, not both")]
        if self.upn:
            why = upn.fault(typed.upn(self.upn))
            return [("upn", why)] if why else []
        if not any(named):
            return [("upn", "Enter a UPN, or a first name, last name and date of birth")]
        return self._faults_of_name(today)

    def _faults_of_name(self, today: date) -> list[Fault]:
        born = born_fault(self.born, today) if self.born else "Enter a date of birth too"
        said = [
            ("given_name", None if fold(self.given_name or "") else "Enter a first name"),
            ("family_name", None if fold(self.family_name or "") else "Enter a last name"),
            ("born", born),
        ]
        return [(where, why) for where, why in said if why]


@dataclass(frozen=True, slots=True)
class Team:
    """A team at the council and its duty line."""

    team: str
    phone: str
    hours: str
    out_of_hours_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """A worker who is allocated to the child today. `absent` and `gone` (left the council) are as of today too."""

    worker_id: UUID
    name: str
    role: str
    lead: bool
    phone: str | None = None
    email: str | None = None
    absent: bool = False
    gone: bool = False
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A child on the acting school's roll today who fits the question, and what the council's records hold today."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    restricted: bool = False
    case_open: bool | None = None
    """None: the records have no case of this child at all, neither open nor closed."""
    case_team: Team | None = None
    allocated: bool = False
    workers: tuple[Allocated, ...] = ()
    """Fewer than allocated where a worker's own state has not come yet."""

    @property
    def has_case(self) -> bool:
        """A closed case reads as no open case, whatever allocation was left behind; an allocation without any case
        (early help in some case systems) stands by itself."""
        return self.allocated if self.case_open is None else self.case_open


@dataclass(frozen=True, slots=True)
class Held:
    """What the records hold for one question. `as_of`: complete up to then; None: not known to be complete at all."""

    as_of: datetime | None
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as the answer shows them. Not callable: the duty line serves instead."""

    worker_id: UUID
    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    email: str | None
    duty_phone: str | None
    duty_hours: str | None
    callable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown. The child only for found and no_open_case, workers and duty only for found."""

    outcome: Outcome
    as_of: datetime | None
    child: Match | None = None
    workers: tuple[Worker, ...] = field(default=())
    duty: Team | None = None


def is_current(as_of: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether the records are recent enough to say anything plainly. A time far ahead of our clock proves nothing."""
    return as_of is not None and abs(now - as_of) <= limit


def outcome(matches: Sequence[Match], current: bool) -> Outcome:
    """Decide what may be said of the children of the own roll who fit the question.

    A restricted child is never said to be anything else, however old the records. Records that are not current give
    no plain answer, not even `not_on_roll`: a child that joined the school since would be missing from them.
    """
    if len(matches) > MATCH_MAX:
        return "narrow"
    if any(match.restricted for match in matches):
        return "call_team"
    if not current:
        return "not_current"
    if not matches:
        return "not_on_roll"
    if len(matches) > 1:
        return "narrow"
    return "found" if matches[0].has_case else "no_open_case"


def answer(held: Held, now: datetime, limit: timedelta) -> Answer:
    """The answer to a question, from what the records hold."""
    said = outcome(held.matches, is_current(held.as_of, now, limit))
    if said == "no_open_case":
        return Answer(said, held.as_of, held.matches[0])
    if said != "found":
        return Answer(said, held.as_of)
    child = held.matches[0]
    workers = sorted(_once_each(child.workers), key=lambda worker: (not worker.lead, fold(worker.name), worker.name))
    duty = next((worker.team for worker in workers if worker.team), child.case_team)
    return Answer(said, held.as_of, child, tuple(_shown(worker) for worker in workers), duty)


def _once_each(workers: Sequence[Allocated]) -> list[Allocated]:
    """A worker allocated twice over is one worker, and lead if either says so."""
    last = {worker.worker_id: worker for worker in sorted(workers, key=lambda worker: worker.lead)}
    return list(last.values())


def _shown(worker: Allocated) -> Worker:
    callable = bool(worker.phone) and not worker.absent and not worker.gone
    duty = None if callable else worker.team
    return Worker(
        worker_id=worker.worker_id,
        name=worker.name,
        role=worker.role,
        lead=worker.lead,
        team=worker.team.team if worker.team else None,
        phone=worker.phone if callable else None,
        email=None if worker.gone else worker.email,
        duty_phone=duty.phone if duty else None,
        duty_hours=duty.hours if duty else None,
        callable=callable,
    )
