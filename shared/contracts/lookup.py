"""Events owned by the lookup service: every question about a child, and its answer."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact, Part, State, Urn

ANSWERS = True  # over HTTP, to whoever has an access token for it

Outcome = Literal["found", "no_open_case", "not_on_roll", "call_team", "narrow", "not_current", "close"]
Purpose = Literal["welfare", "update", "planning", "records", "other"]
"""Why a person asks; `other` with a reason in the person's own words."""


Differs = Literal["given_name", "family_name", "born", "swapped"]
"""In what a child differs from what was typed; swapped: its first and last name stand in each other's place."""
Apart = Literal["upn", "given_name", "family_name", "born"]
"""What to add or to check, to tell children apart who may all be meant."""


class Asked(Part):
    """What was typed: a UPN, or a name with a date of birth."""

    upn: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    born_part: str | None = None
    """In place of `born`, where not all of it was known, with XX for the rest: 2014-04-XX (ISO 8601-2)."""


class ShownWorker(Part):
    """One worker as the answer showed them, field by field."""

    worker_id: UUID
    name: str
    role: str
    lead: bool
    team: str | None = None
    phone: str | None = None
    email: str | None = None
    duty_phone: str | None = None
    duty_hours: str | None = None


class Shown(Part):
    """What the answer showed."""

    given_name: str | None = None
    family_name: str | None = None
    born: date | None = None
    workers: tuple[ShownWorker, ...] = ()
    duty_team: str | None = None
    duty_phone: str | None = None
    duty_hours: str | None = None
    out_of_hours_phone: str | None = None


class SearchMade(Fact, key="search_id"):
    """A person asked whether a child has a worker, and this was answered. Outcome: see `Outcome`.

    `children` names the children that fitted the question: one for found, no_open_case and close; for the others those
    that matched though they were not shown, six of them at most (`narrow` counts no further); none for not_on_roll. Of
    a close match the person is shown the name and the birth date and nothing else, until they have said that this is
    the child: that is another search, which `confirms` this one. If the process dies between the commit and the answer,
    the record stands though nobody was shown it.
    """

    search_id: UUID
    asked: Asked
    shown: Shown
    reason: str | None = None
    """The person's own words, where the purpose is `other`."""
    as_of: datetime | None
    """Up to when the council's records were complete in the answer; None: not known, or `doubtful`."""
    confirms: UUID | None = None
    """The search whose close match the person has confirmed: only then is a child that `differs` answered."""
    differs: tuple[Differs, ...] = ()
    """In what the one child that fitted differs from what was typed."""
    tells_apart: tuple[Apart, ...] = ()
    """With `narrow`: what the person was told to add or to check."""
    doubtful: bool = False
    """With `not_current`: no plain answer because something that it would rest on could not be read in the source,
    however recent the records are."""


class ListedChild(Part):
    """A child as a list showed it."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date


WorkerChange = Literal["no_worker", "first_worker", "other_workers", "as_before"]
"""What has become of the workers whom a search showed: none is there now; there was none, and now there is; they are
not the same; or they are again those that the search showed, after another change had been told."""


class ChangedChild(ListedChild):
    """A child whose workers are not those whom its reader was shown; it does not say who they are now."""

    change: WorkerChange


class ChangesShown(Fact, key="reading_id"):
    """Somebody was told of which children, that they had searched for, the workers have changed since.

    Outcome: `shown`, `nothing_changed`, `not_current`, or `not_agreed` where the school's agreement has no such option.
    `children` are those that `shown` names: all of whom anything was told.
    """

    reading_id: UUID
    shown: tuple[ChangedChild, ...] = ()
    as_of: datetime | None = None


class RollListed(Fact, key="reading_id"):
    """Somebody asked for a list of the children of their school's roll who have an allocated worker.

    Outcome: `shown`, `none_listed`, `not_current`, or `not_agreed` where the school's agreement has no such option.
    One fact for each page of the list: `children` are those that `shown` names, all that the page told of.
    """

    reading_id: UUID
    reason: str | None = None
    """The person's own words, where the purpose is `other`."""
    shown: tuple[ListedChild, ...] = ()
    as_of: datetime | None = None
    continued: bool = False
    """A page after the first."""


class TeamLooksGathered(Fact, key="gathered_id"):
    """A team is to be told that this school has searched for children with whom it works, and was shown so.

    Outcome: `gathered`. One fact for each school that the team is told of at once; `children`: which, though the team
    is not told that. The portal does it by itself.
    """

    gathered_id: UUID
    team_id: UUID
    first_day: date
    last_day: date


class TeamLooks(State, key="gathered_id"):
    """Which schools have searched for children with whom a team works, on some days: for whoever writes to the team.

    Each is emitted once, at most one a day for a team, and forgotten after some days. No child and no person is in it.
    """

    gathered_id: UUID
    team_id: UUID
    first_day: date
    last_day: date
    schools: tuple[Urn, ...]
    gathered_at: datetime
