"""What a question about a child is, and how it is answered from what the records hold. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shared import typed, upn
from shared.clock import is_current
from shared.contracts.feed import ChildPart
from shared.contracts.lookup import Outcome, ShownWorker
from shared.names import fold
from shared.typed import Fault

MATCH_MAX = 5
"""More children than this are too many even to tell apart by looking closer: neither listed nor counted."""

BORN_YEAR_MIN = 1900


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
            ("given_name", None if typed.says_something(self.given_name or "") else "Enter a first name"),
            ("family_name", None if typed.says_something(self.family_name or "") else "Enter a last name"),
            ("born", born),
        ]
        return [(where, why) for where, why in said if why]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A team's duty line; the team's name, phone or hours are empty where they could not be read."""

    team: str
    phone: str
    hours: str
    out_of_hours_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """A worker allocated to the child today. `absent`, `gone` (left the council): today, or it could not be read."""

    worker_id: UUID
    name: str
    role: str
    lead: bool
    phone: str | None = None
    email: str | None = None
    absent: bool = False
    gone: bool = False
    team: DutyLine | None = None


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
    case_team: DutyLine | None = None
    allocated: int = 0
    """How many workers are allocated today."""
    workers: tuple[Allocated, ...] = ()
    """Fewer than allocated where a worker's own state has not come, has ended or could not be read."""
    unread: frozenset[ChildPart] = frozenset()
    """What the source has and the feed could not read."""
    outdated: bool = False
    """A newer state came and could not be kept."""

    @property
    def has_case(self) -> bool:
        """A closed case reads as no open case, whatever allocation was left behind; an allocation without any case
        (early help in some case systems) stands by itself."""
        return bool(self.allocated) if self.case_open is None else self.case_open

    @property
    def in_doubt(self) -> bool:
        """Whether a plain answer would rest on something that could not be read, or on somebody who is missing."""
        if self.outdated or self.unread & {"given_name", "family_name", "born"}:
            return True
        if not self.case_open and "cases" in self.unread:
            return True
        missing = "allocations" in self.unread or len({worker.worker_id for worker in self.workers}) < self.allocated
        return self.case_open is not False and missing


@dataclass(frozen=True, slots=True)
class Findings:
    """What the records hold for one question. `as_of`: complete up to then; None: not known to be complete at all."""

    as_of: datetime | None
    matches: tuple[Match, ...] = ()
    perhaps: bool = False
    """Another child may fit too: something of it that the question goes by could not be read."""
    broken: bool = False
    """The source does not send all that it should, so that nothing here is sure."""

    @property
    def in_doubt(self) -> bool:
        """No plain answer, however recent the records are."""
        if self.broken or not self.matches:
            return self.broken or self.perhaps
        one = self.perhaps or self.matches[0].in_doubt
        return any(match.outdated for match in self.matches) or (len(self.matches) == 1 and one)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What is shown. The child only for found and no_open_case, workers and duty only for found."""

    outcome: Outcome
    as_of: datetime | None
    doubtful: bool = False
    """`not_current` because something could not be read, not because the records are old."""
    child: Match | None = None
    workers: tuple[ShownWorker, ...] = ()
    """A worker with a phone may be called; in place of any other the duty line is."""
    duty: DutyLine | None = None


def outcome(matches: Sequence[Match], current: bool) -> Outcome:
    """Decide what may be said of the children who are on the asking school's roll and fit the question.

    Of a restricted child nothing is ever said but `call_team`. Records that are not `current` (old, or in doubt) give
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


def answer(found: Findings, now: datetime, limit: timedelta) -> SearchAnswer:
    """The answer to a question. Of one that is in doubt it is not known up to when it is complete."""
    said = outcome(found.matches, is_current(found.as_of, now, limit) and not found.in_doubt)
    if said == "not_current" and found.in_doubt:
        return SearchAnswer(said, None, doubtful=True)
    if said == "no_open_case":
        return SearchAnswer(said, found.as_of, child=found.matches[0])
    if said != "found":
        return SearchAnswer(said, found.as_of)
    child = found.matches[0]
    workers = sorted(_once_each(child.workers), key=lambda worker: (not worker.lead, fold(worker.name), worker.name))
    teams = [*(worker.team for worker in workers), child.case_team]
    duty = next((team for team in teams if team and team.phone), None)
    return SearchAnswer(said, found.as_of, child=child, workers=tuple(_shown(worker) for worker in workers), duty=duty)


def _once_each(workers: Sequence[Allocated]) -> list[Allocated]:
    """A worker allocated twice over is one worker, and lead if either allocation says so."""
    last = {worker.worker_id: worker for worker in sorted(workers, key=lambda worker: worker.lead)}
    return list(last.values())


def _shown(worker: Allocated) -> ShownWorker:
    callable = bool(worker.phone) and not worker.absent and not worker.gone
    duty = worker.team if worker.team and worker.team.phone and not callable else None
    return ShownWorker(
        worker_id=worker.worker_id,
        name=worker.name,
        role=worker.role,
        lead=worker.lead,
        team=(worker.team.team or None) if worker.team else None,
        phone=worker.phone if callable else None,
        email=None if worker.gone else worker.email,
        duty_phone=duty.phone if duty else None,
        duty_hours=duty.hours if duty else None,
    )
