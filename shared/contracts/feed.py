"""Events owned by the feed: what the council's case system holds. Kinds of plan and reasons never leave it."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.contracts import Fact, Part, State, Urn

ANSWERS = True  # over HTTP, to whoever has an access token for it

SOURCE_KEY = "council"

ChildPart = Literal["upn", "former_upns", "given_name", "family_name", "born", "rolls", "cases", "allocations"]
"""What of a child can be doubtful: the source has something there that cannot be read."""

WorkerPart = Literal["name", "role", "team_id", "phone", "email", "left_on", "absent_until"]
TeamPart = Literal["name", "duty_phone", "duty_hours", "out_of_hours_phone"]

EVER = date(1, 1, 1)
"""Stands for a day that is needed and cannot be read, and that `doubtful` names; and in a last revision."""


class Roll(Part):
    """A child is on the roll of a school from `starts` to `ends` (first day not on roll), None: no end known."""

    school: Urn
    starts: date
    ends: date | None = None


class Case(Part):
    """Children's services have an open case from `starts` to `ends` (first day closed), held by a team.

    `doubtful`: its days cannot be read, and it is emitted as open since EVER, so that nobody is told that there is
    none; or it is not known any more whose it is.
    """

    team_id: UUID | None
    starts: date
    ends: date | None = None
    doubtful: bool = False


class Allocation(Part):
    """A worker is allocated to a child from `starts` to `ends` (first day without)."""

    worker_id: UUID
    lead: bool
    starts: date
    ends: date | None = None


class Child(State, key="child_id"):
    """A child that the council knows or that is on a school's roll. The id is minted once by the feed and kept.

    `doubtful` names what the source has and the feed could not read: what stands there is not how it is (an empty
    name, EVER as the birth date, a list from which something is missing), and no plain answer may rest on it.

    `perhaps_rolls`: rolls of which a day cannot be read (EVER, or no end, stands there), so that the child may be on
    them or not. With "rolls" in `doubtful` the child may be on any school's roll.

    `restricted_in_doubt`: `restricted` is set only for readers that do not know `doubtful`, so that they too send
    people to the telephone; whoever reads `doubtful` takes such a child as not restricted.
    """

    child_id: UUID
    upn: str | None
    former_upns: tuple[str, ...] = ()
    given_name: str
    family_name: str
    born: date
    restricted: bool = False
    rolls: tuple[Roll, ...] = ()
    cases: tuple[Case, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    doubtful: tuple[ChildPart, ...] = ()
    perhaps_rolls: tuple[Roll, ...] = ()
    restricted_in_doubt: bool = False

    @property
    def surely_restricted(self) -> bool:
        """Whether it is restricted, for a reader that knows `doubtful`."""
        return self.restricted and not self.restricted_in_doubt


class Worker(State, key="worker_id"):
    """A social or support worker and how to reach them. Without a phone, or from `left_on` on, the duty line serves.

    `doubtful` names what could not be read: an empty name, any role, no phone stand there. Deploy its readers before
    a feed that emits it: one that does not know it shows a doubtful role as it stands.
    """

    worker_id: UUID
    name: str
    role: Literal["social_worker", "support_worker"]
    team_id: UUID | None
    phone: str | None = None
    email: str | None = None
    left_on: date | None = None
    absent_until: date | None = None
    doubtful: tuple[WorkerPart, ...] = ()

    @property
    def gone_from(self) -> date | None:
        """`left_on`, or since ever where it could not be read: nobody is sent to a worker who may have left."""
        return EVER if "left_on" in self.doubtful else self.left_on

    @property
    def away_until(self) -> date | None:
        """`absent_until`, or for ever where it could not be read: nobody is sent to a worker who may be away."""
        return date.max if "absent_until" in self.doubtful else self.absent_until


class Team(State, key="team_id"):
    """A team at the council and its duty line. `doubtful` names what could not be read; it is empty then."""

    team_id: UUID
    name: str
    duty_phone: str
    duty_hours: str
    out_of_hours_phone: str | None = None
    doubtful: tuple[TeamPart, ...] = ()


class SourceFreshness(Part):
    """Of one of several sources that are read at once: complete up to `as_of`, and current for `limit_s` from then."""

    name: str
    as_of: datetime
    limit_s: int


class Freshness(State, key="source", watermark=True):
    """Everything committed in the source before `as_of` has been emitted. Keyed by the one source's name.

    `broken` names columns ("allocation.ends") that the source does not send any more: until they come again nothing
    that is kept may be taken as current, however recent `as_of` is.

    `sources`: where several are read at once, each with its own time. Then `as_of` is the oldest of these, and what is
    kept is current while each of them is. Nothing is broken then: `broken` is set only for readers that do not know
    `sources`, so that they take nothing for current.
    """

    source: str = SOURCE_KEY
    as_of: datetime
    broken: tuple[str, ...] = ()
    sources: tuple[SourceFreshness, ...] = ()

    @property
    def surely_broken(self) -> bool:
        """Whether something is broken, for a reader that knows `sources`."""
        return bool(self.broken) and not self.sources

    @property
    def lapses_at(self) -> datetime | None:
        """From when on one of several sources is current no longer; None: that is each reader's own to say."""
        return min((one.as_of + timedelta(seconds=one.limit_s) for one in self.sources), default=None)


class LeftOutRead(Fact, key="read_id"):
    """A data protection officer was shown which cells of the source cannot be used: where they are and why, never what
    they hold. Outcome: `shown`. `children`: those whose rows they are in."""

    read_id: UUID
    table: str | None = None
    """The one table that was asked for; None: all."""
    cells: int
    """How many were shown."""


class LinksRead(Fact, key="read_id"):
    """A data protection officer read which pairs of records may be of one child. Outcome: `shown`.

    `asked`: a group of them (`waiting`, `marked`, `decided`), whose list says of nobody who it is; or `upn`, whose
    pairs were asked for: `children` names whose they are.
    """

    read_id: UUID
    asked: str
    upn: str | None = None
    pairs: int


class RecordsCompared(Fact, key="read_id"):
    """A data protection officer saw a roll's record and one of social care side by side. Outcome: `shown`, `not_found`.

    `children` names the children that they are, or were before they were linked.
    """

    read_id: UUID
    pair_id: UUID


class RecordsDecided(Fact, key="decision_id"):
    """A data protection officer said whether two records are of one child. Outcome: `one_child`, `two_children`,
    `undone` (what was said is taken back); or, and nothing was done, `changed_meanwhile`, `not_found`."""

    decision_id: UUID
    pair_id: UUID


class RollChecked(Fact, key="upload_id"):
    """A school's roll file was read, and what would change was shown. Nothing has changed by it. Outcome: `shown`,
    `refused` (nothing in the file could be taken). `children`: who would join or leave, of those
    who are known."""

    upload_id: UUID
    entries: int = 0
    joins: int = 0
    leaves: int = 0
    faults: int = 0


class RollsRead(Fact, key="read_id"):
    """Somebody at a school saw how its roll stands. Outcome: `shown`, `not_found`. `upload_id`: the upload whose
    changes they saw, with names."""

    read_id: UUID
    upload_id: UUID | None = None


class RollTaken(Fact, key="act_id"):
    """A school's upload was to become its roll. Outcome: `taken`; or, and nothing was done, `held` (too many would
    leave: a second press and a reason are needed), `changed_meanwhile`, `not_found`. `children`: who joined or left."""

    act_id: UUID
    upload_id: UUID
    joins: int = 0
    leaves: int = 0
    reason: str | None = None


class RollUndone(Fact, key="act_id"):
    """A school took an upload back: its roll is what it was before. Outcome: `undone`; or, and nothing was done,
    `late` (no longer), `changed_meanwhile`, `not_found`. `children`: who joined or left by that."""

    act_id: UUID
    upload_id: UUID
    reason: str | None = None


class RollColumnsSaid(Fact, key="act_id"):
    """Somebody at a school said which column of its roll tables holds what. Outcome: `saved`."""

    act_id: UUID
