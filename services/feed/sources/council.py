"""What the rows of the council's case system mean: a person's rows make a Child, a worker's row a Worker, and so on.

A row that cannot be used is counted and left out; it is used as soon as it is mended. A case whose dates cannot be used
counts as open. Intervals that are over are left out too: history does not leave the feed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from services.feed.domain import Body, Kind, Subject
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from shared.contracts import State
from shared.contracts.feed import Allocation, Case, Child, Freshness, Roll, Team, Worker

DERIVATION = 2
"""Raised with every change of the rules in this file: then everything is looked at, and said where it differs."""

OWNERS = {"person": "id", "school_history": "person_id", "involvement": "person_id", "allocation": "person_id"}
"""The tables about persons, and the column that says about whom."""

TABLES: dict[Kind, str] = {"child": "person", "worker": "worker", "team": "team", "freshness": "heartbeat"}
"""The table whose row is the subject."""

KINDS: dict[str, Kind] = {table: kind for kind, table in TABLES.items() if kind != "child"}

TABLES_CAPTURED = frozenset({*OWNERS, *KINDS})

OVER_DAYS = 2
"""An interval that ended so long ago is over, whatever the clocks and time zones say."""

INTERVALS_MAX = 100
"""No more of one sort are carried for one child: an event's size is bounded."""

EVER = date(1, 1, 1)
"""The birth date in a child's last revision, which names nobody; and since when a case is open that does not say."""

Part = TypeVar("Part", Roll, Case, Allocation)


def owner(table: str, body: Body | None) -> int | None:
    """The person whom a row is about, if the row says so."""
    return cells.key_or_none(body or {}, OWNERS[table]) if table in OWNERS else None


def subjects(table: str, key: int, *owners: int | None) -> set[Subject]:
    """Whose state may be another when this row is another: those whom it was and is about."""
    if table in KINDS:
        return {Subject(KINDS[table], key)}
    return {Subject("child", about) for about in owners if about is not None}


@dataclass(slots=True)
class Book:
    """The rows that make the states of some subjects."""

    today: date
    own: dict[tuple[str, int], Body] = field(default_factory=dict)
    about: dict[tuple[str, int], list[Body]] = field(default_factory=lambda: defaultdict(list))
    ids: Mapping[Subject, UUID] = field(default_factory=dict)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many rows could not be used, by table and by why; never by value."""

    def add(self, table: str, key: int, about: int | None, body: Body) -> None:
        if table in KINDS or table == "person":
            self.own[table, key] = body
        elif about is not None:
            self.about[table, about].append(body)

    def named(self) -> set[Subject]:
        """The workers and teams that these rows point to."""
        bodies = [*self.own.values(), *(body for bodies in self.about.values() for body in bodies)]
        workers = {Subject("worker", body["worker_id"]) for body in bodies if cells.is_key(body.get("worker_id"))}
        return workers | {Subject("team", body["team_id"]) for body in bodies if cells.is_key(body.get("team_id"))}

    def state(self, subject: Subject) -> State | None:
        """How the subject stands, at revision 0; None: it is not in the source, or its row cannot be used."""
        table = TABLES[subject.kind]
        body = self.own.get((table, subject.key))
        if body is None:
            return None
        try:
            return MAKERS[subject.kind](self, subject, body)
        except Unusable as why:
            self.left_out[table, str(why)] += 1
            return None

    def parts(self, table: str, person: int, make: Callable[[Body], Part], keep_last: bool = False) -> tuple[Part, ...]:
        """What the usable rows say that is not over, in order of its start; the latest ones if there are too many.

        `keep_last`: where all of it is over, the last one.
        """
        made = [part for body in self.about.get((table, person), ()) if (part := self._or_none(table, make, body))]
        made.sort(key=lambda part: (part.starts, part.model_dump_json()))
        over = self.today - timedelta(days=OVER_DAYS)
        kept = [part for part in made if part.ends is None or part.ends > over]
        return tuple(kept[-INTERVALS_MAX:] or (made[-1:] if keep_last else ()))

    def case(self, body: Body) -> Case:
        """A case whose dates cannot be used counts as open: that there is none must not be said by mistake."""
        try:
            starts, ends = cells.interval(body, "opened", "closed")
        except Unusable as why:
            self.left_out["involvement", str(why)] += 1
            starts, ends = EVER, None
        return Case(team_id=self.team(body), starts=starts, ends=ends)

    def upn(self, value: object) -> str | None:
        return None if value is None else self._or_none("person", cells.upn, value)

    def team(self, body: Body) -> UUID | None:
        key = cells.key_or_none(body, "team_id")
        return None if key is None else self.ids[Subject("team", key)]

    def _or_none(self, table: str, make: Callable[[Value], Made], value: Value) -> Made | None:
        try:
            return make(value)
        except Unusable as why:
            self.left_out[table, str(why)] += 1
            return None


Value = TypeVar("Value")
Made = TypeVar("Made")


def _child(book: Book, subject: Subject, body: Body) -> Child:
    restricted = body.get("restricted") is not False  # unknown counts as restricted
    former = body.get("former_upns")
    allocations = book.parts("allocation", subject.key, lambda row: _allocation(book, row))
    return Child(
        revision=0,
        child_id=book.ids[subject],
        upn=book.upn(body.get("upn")),
        former_upns=tuple(filter(None, map(book.upn, former[-INTERVALS_MAX:] if isinstance(former, list) else ()))),
        given_name=cells.text(body, "given"),
        family_name=cells.text(body, "family"),
        born=cells.day(body, "born"),
        restricted=restricted,
        rolls=book.parts("school_history", subject.key, _roll),
        # An allocation that was left behind when the case was closed is told from one that never had a case.
        cases=book.parts("involvement", subject.key, book.case, keep_last=bool(allocations)),
        # Whoever works with a restricted child is told by telephone only: it does not leave the feed.
        allocations=() if restricted else allocations,
    )


def _roll(body: Body) -> Roll:
    starts, ends = cells.interval(body, "starts", "ends")
    return Roll(school=cells.urn(body, "urn"), starts=starts, ends=ends)


def _allocation(book: Book, body: Body) -> Allocation:
    starts, ends = cells.interval(body, "starts", "ends")
    worker = book.ids[Subject("worker", cells.key(body, "worker_id"))]
    return Allocation(worker_id=worker, lead=body.get("is_lead") is True, starts=starts, ends=ends)


def _worker(book: Book, subject: Subject, body: Body) -> Worker:
    job = body.get("job")
    if job not in ("social_worker", "support_worker"):
        raise Unusable("bad_job")
    return Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=cells.text(body, "name"),
        role=job,
        team_id=book.team(body),
        phone=cells.text_or_none(body, "phone"),
        email=cells.text_or_none(body, "email"),
        left_on=cells.day_or_none(body, "left_on"),
        absent_until=cells.day_or_none(body, "absent_until"),
    )


def _team(book: Book, subject: Subject, body: Body) -> Team:
    return Team(
        revision=0,
        team_id=book.ids[subject],
        name=cells.text(body, "name"),
        duty_phone=cells.text(body, "duty_phone"),
        duty_hours=cells.text(body, "duty_hours"),
        out_of_hours_phone=cells.text_or_none(body, "out_of_hours_phone"),
    )


def _freshness(book: Book, subject: Subject, body: Body) -> Freshness:
    return Freshness(revision=0, as_of=cells.moment(body, "at"))


MAKERS: dict[Kind, Callable[[Book, Subject, Body], State]] = {
    "child": _child, "worker": _worker, "team": _team, "freshness": _freshness,
}  # fmt: skip


def ended(kind: Kind, id: UUID) -> State | None:
    """The last revision of somebody who is not in the source any more. It names nobody. Freshness does not end."""
    match kind:
        case "child":
            return Child(revision=0, ended=True, child_id=id, upn=None, given_name="", family_name="", born=EVER)
        case "worker":
            return Worker(revision=0, ended=True, worker_id=id, name="", role="social_worker", team_id=None)
        case "team":
            return Team(revision=0, ended=True, team_id=id, name="", duty_phone="", duty_hours="")
        case "freshness":
            return None
