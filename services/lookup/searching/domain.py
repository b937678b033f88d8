"""What a question about a child is, and how it is answered from what the records hold. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.lookup.matching.domain import Maybe, Named, whole
from shared import matching, typed, upn
from shared.clock import is_current
from shared.contracts.feed import ChildPart
from shared.contracts.lookup import Apart, Differs, Outcome, ShownWorker
from shared.matching import BornSought, Sought
from shared.names import fold
from shared.typed import Fault

MATCH_MAX = 5
"""More children than this are too many even to tell apart by looking closer: neither listed nor counted."""
UPN_TELLS_APART: tuple[Apart, ...] = ("given_name", "family_name", "born")
"""What tells children apart who, in a source at fault, have one UPN."""
NAMED: frozenset[ChildPart] = frozenset({"given_name", "family_name", "born"})
"""What a question by name goes by. Of whom one of these could not be read is no match, but a Maybe."""

BORN_YEAR_MIN = 1900


def born_fault(born: BornSought, today: date) -> str | None:
    if born.year is None or born.year < BORN_YEAR_MIN:
        return "Date of birth must be a real date"
    latest = whole(born) or date(born.year, born.month or 1, 1)
    return "Date of birth must be in the past" if latest > today else None


@dataclass(frozen=True, slots=True)
class Question:
    """Which child is meant: by UPN, or by name and date of birth. Only one without faults may be asked."""

    upn: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    born: BornSought | None = None
    """As far as it is known: the year, and the month or the day."""

    @property
    def sought(self) -> Sought | None:
        """The child that a name and a birth date describe; None: it is asked for by its UPN."""
        if self.upn or self.born is None:
            return None
        return Sought(self.given_name or "", self.family_name or "", self.born)

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
    """A child on the acting school's roll today who may be meant, and what the council's records hold of it today."""

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
    def named(self) -> Named:
        return Named(self.given_name, self.family_name, self.born)

    @property
    def has_case(self) -> bool:
        """A closed case reads as no open case, whatever allocation was left behind; an allocation without any case
        (early help in some case systems) stands by itself."""
        return bool(self.allocated) if self.case_open is None else self.case_open

    @property
    def in_doubt(self) -> bool:
        """Whether a plain answer would rest on something that could not be read, or on somebody who is missing."""
        if self.outdated or self.unread & NAMED:
            return True
        if not self.case_open and "cases" in self.unread:
            return True
        missing = "allocations" in self.unread or len({worker.worker_id for worker in self.workers}) < self.allocated
        return self.case_open is not False and missing


@dataclass(frozen=True, slots=True)
class Findings:
    """What the records hold for one question. `as_of`: complete up to then; None: not known to be complete at all.
    `lapsed`: one of several sources is complete up to a time that is too long ago for it."""

    as_of: datetime | None
    matches: tuple[Match, ...] = ()
    """By UPN those who have it; by name all who have so much in common with the question that they may be meant."""
    perhaps: bool = False
    """By UPN: another child may have it, for its own could not be read. By name: there are more of `maybes` than were
    read."""
    maybes: tuple[Maybe, ...] = ()
    """By name: who may be meant too, for a part that the question goes by could not be read."""
    lapsed: bool = False
    broken: bool = False
    """The source does not send all that it should, or nobody is on this school's roll: nothing here is sure."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom of the roll a question means: nobody, one, or several."""

    children: tuple[Match, ...] = ()
    sure: bool = True
    """As by an exact name and birth date, or by a UPN. Of one that is not sure, whoever asks must say that it is."""
    differs: tuple[Differs, ...] = ()
    """In what the one differs from what was asked."""
    tells_apart: tuple[Apart, ...] = ()
    """What to add to the question, or to check in it, so that it means one of several."""
    in_doubt: bool = False
    """No plain answer, however recent the records are: it would rest on what could not be read."""

    def confirmed(self, child_id: UUID | None) -> "Meant":
        """Sure, if this one child is the one that was shown before and confirmed since."""
        return replace(self, sure=self.sure or [match.child_id for match in self.children] == [child_id])


def meant(question: Question, found: Findings) -> Meant:
    """Whom the question means, and whether that can be told at all."""
    sought = question.sought
    by_upn = Meant(found.matches, tells_apart=UPN_TELLS_APART if len(found.matches) > 1 else ())
    one = _by_name(sought, found.matches) if sought else by_upn
    return replace(one, in_doubt=found.broken or _in_doubt(one, found, sought))


def _by_name(sought: Sought, candidates: Sequence[Match]) -> Meant:
    readable = [match for match in candidates if not match.unread & NAMED]
    judged = matching.judge(sought, readable, lambda match: match.named.recorded)
    differs = judged.compared[0].differs if len(judged.matches) == 1 else ()
    return Meant(judged.matches, judged.verdict != "close", differs, judged.tells_apart)


def _in_doubt(meant: Meant, found: Findings, sought: Sought | None) -> bool:
    """Nobody, or one, is meant for sure only where nobody else may be; several are told apart by looking closer."""
    if len(meant.children) > 1:
        return any(match.outdated for match in meant.children)
    others = [maybe for maybe in found.maybes if not meant.children or maybe.is_beside(meant.children[0].child_id)]
    surely = bool(meant.children) and meant.sure
    perhaps = bool(sought) and any(maybe.fits(sought, surely=surely) for maybe in others)  # type: ignore[arg-type]
    if not meant.children:
        return found.perhaps or perhaps
    return meant.children[0].in_doubt or perhaps or (bool(sought) and found.perhaps)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What is shown. The child only for found, no_open_case and close, workers and duty only for found."""

    outcome: Outcome
    as_of: datetime | None
    doubtful: bool = False
    """`not_current` because something could not be read, not because the records are old."""
    child: Match | None = None
    workers: tuple[ShownWorker, ...] = ()
    """A worker with a phone may be called; in place of any other the duty line is."""
    duty: DutyLine | None = None
    differs: tuple[Differs, ...] = ()
    """Of the one child, from what was asked."""
    tells_apart: tuple[Apart, ...] = ()
    """Only for narrow: what to add or to check. None: there are too many for that to help."""


def outcome(matches: Sequence[Match], current: bool, sure: bool = True) -> Outcome:
    """Decide what may be said of the children who are on the asking school's roll and are meant.

    Of a restricted child nothing is ever said but `call_team`. Records that are not `current` (old, or in doubt) give
    no plain answer, not even `not_on_roll`: a child that joined the school since would be missing from them. A child
    that is not the one for sure is shown to be confirmed, and nothing else of it.
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
    if not sure:
        return "close"
    return "found" if matches[0].has_case else "no_open_case"


def answer(meant: Meant, as_of: datetime | None, now: datetime, limit: timedelta, lapsed: bool = False) -> SearchAnswer:
    """The answer to a question. Of one that is in doubt it is not known up to when it is complete."""
    current = is_current(as_of, now, limit) and not lapsed
    said = outcome(meant.children, current and not meant.in_doubt, meant.sure)
    if said == "not_current" and meant.in_doubt:
        return SearchAnswer(said, None, doubtful=True)
    if said == "narrow":
        few = len(meant.children) <= MATCH_MAX
        return SearchAnswer(said, as_of, tells_apart=meant.tells_apart if few else ())
    if said not in ("found", "no_open_case", "close"):
        return SearchAnswer(said, as_of)
    child = meant.children[0]
    shown = SearchAnswer(said, as_of, child=child, differs=meant.differs)
    return _with_workers(shown, child) if said == "found" else shown


def _with_workers(shown: SearchAnswer, child: Match) -> SearchAnswer:
    workers = sorted(_once_each(child.workers), key=lambda worker: (not worker.lead, fold(worker.name), worker.name))
    teams = [*(worker.team for worker in workers), child.case_team]
    duty = next((team for team in teams if team and team.phone), None)
    return replace(shown, workers=tuple(_shown(worker) for worker in workers), duty=duty)


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


@dataclass(frozen=True, slots=True)
class CloseMatch:
    """A close match that was shown: by which search, to whom, and which child of which school's roll."""

    search_id: UUID
    account: UUID
    school: str
    child_id: UUID
