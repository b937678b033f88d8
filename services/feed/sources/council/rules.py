"""What the rows of the council's case system mean: a person's rows make a Child, a worker's row a Worker, and so on.

A cell that cannot be used is noted as left out, and the part of the state that it belongs to as doubtful: what could
not be read is never said to be absent. Mended, it is said whole. Intervals that are over are left out too: history does
not leave the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar
from uuid import UUID

from services.feed.domain import Body, Kind, Subject, key_of
from services.feed.sources import cells
from services.feed.sources.book import Book, Reading, Row
from services.feed.sources.cells import Unusable
from shared.contracts import State
from shared.contracts.feed import (
    EVER,
    Allocation,
    Case,
    Child,
    ChildPart,
    Freshness,
    Roll,
    Team,
    TeamPart,
    Worker,
    WorkerPart,
)  # fmt: skip

DERIVATION = 4
"""Raised with every change of the rules in this folder: then everything is looked at, and said where it differs."""

COLUMNS: Mapping[str, frozenset[str]] = {
    "person": frozenset({"id", "upn", "former_upns", "given", "family", "born", "restricted"}),
    "school_history": frozenset({"id", "person_id", "urn", "starts", "ends"}),
    "involvement": frozenset({"id", "person_id", "team_id", "opened", "closed"}),
    "allocation": frozenset({"id", "person_id", "worker_id", "is_lead", "starts", "ends"}),
    "worker": frozenset({"id", "name", "job", "team_id", "phone", "email", "left_on", "absent_until"}),
    "team": frozenset({"id", "name", "duty_phone", "duty_hours", "out_of_hours_phone"}),
    "heartbeat": frozenset({"id", "at"}),
}
"""What is captured (deploy/connect/source.json). A record of a whole row that lacks one of these says nothing plain."""

TABLES_CAPTURED = frozenset(COLUMNS)

OWNERS = {"person": "id", "school_history": "person_id", "involvement": "person_id", "allocation": "person_id"}
"""The tables about persons, and the column that says about whom."""

TABLES: dict[Kind, str] = {"child": "person", "worker": "worker", "team": "team", "freshness": "heartbeat"}
"""The table whose row is the subject."""

KINDS: dict[str, Kind] = {table: kind for kind, table in TABLES.items() if kind != "child"}

INTERVALS_MAX = 100
"""No more of one sort are carried for one child: an event's size is bounded. Of more, the latest; and it is doubted."""

ROLE_UNKNOWN = "support_worker"
"""Stands for a job that cannot be read; `doubtful` says so."""

P = TypeVar("P", Roll, Case, Allocation)


def owner(table: str, body: Body | None) -> int | None:
    """The person whom a row is about, if the row says so."""
    return key_of(body.get(OWNERS[table])) if table in OWNERS and body else None


def subjects(table: str, key: int, *owners: int | None) -> set[Subject]:
    """Subjects whose state this row can change: those whom it was and is about."""
    if table in KINDS:
        return {Subject(KINDS[table], key)}
    return {Subject("child", about) for about in owners if about is not None}


def open_book(today: date, rows: Sequence[tuple[str, int, int | None, Body]]) -> Book:
    """The rows, each with its table, its key and the person whom it is about, put where their readers look."""
    book = Book(today)
    for table, key, about, body in rows:
        book.add(table, key, about if table in OWNERS and table != "person" else None, body)
    return book


def state(book: Book, subject: Subject) -> State | None:
    """How the subject stands, at revision 0; None: it is not in the source (or, of Freshness only, cannot be read)."""
    row = book.own.get((TABLES[subject.kind], subject.key))
    return MAKERS[subject.kind](book, subject, row) if row else None


def _child(book: Book, subject: Subject, row: Row) -> Child:
    read = Reading[ChildPart](book, subject, row)
    restricted = read.cell("restricted", cells.flag) is not False  # unknown counts as restricted
    allocations = _allocations(read)
    rolls, perhaps = _rolls(read)
    said = Child(
        revision=0,
        child_id=book.ids[subject],
        upn=_upn(read),
        former_upns=_former_upns(read),
        given_name=read.cell("given", cells.text, "given_name") or "",
        family_name=read.cell("family", cells.text, "family_name") or "",
        born=read.cell("born", partial(cells.born, today=book.today), "born") or EVER,
        rolls=rolls,
        perhaps_rolls=perhaps,
        # An allocation that was left behind when the case was closed is told from one that never had a case.
        cases=_cases(read, keep_last=bool(allocations) or "allocations" in read.doubtful),
        # Whoever works with a restricted child is told by telephone only: it does not leave the feed.
        allocations=() if restricted else allocations,
    )
    in_doubt = not restricted and bool(read.doubtful - {"upn", "former_upns", "rolls"})
    doubt = {"doubtful": read.doubts, "restricted": restricted or in_doubt, "restricted_in_doubt": in_doubt}
    return said.model_copy(update=doubt)


def _upn(read: Reading[ChildPart]) -> str | None:
    try:
        written = cells.cell(read.own.body, "upn")
    except Unusable as why:
        read.note(read.own, "upn", str(why), "upn")
        return None
    return _one_upn(read, written, "upn", "upn")


def _one_upn(read: Reading[ChildPart], written: object, column: str, part: ChildPart) -> str | None:
    """A word without any digit ("none", "-") says that there is no UPN; what has one may be somebody's, mistyped."""
    if written is None:
        return None
    try:
        return cells.upn(written)
    except Unusable as why:
        meant = not isinstance(written, str) or any(c.isdigit() for c in written)
        read.note(read.own, column, str(why), part if meant else None)
        return None


def _former_upns(read: Reading[ChildPart]) -> tuple[str, ...]:
    written = read.own.body.get("former_upns", ...)
    if written is None:
        return ()
    if not isinstance(written, list):
        read.note(read.own, "former_upns", "missing" if written is ... else "bad_list", "former_upns")
        return ()
    if len(written) > INTERVALS_MAX:
        read.note(read.own, "former_upns", "too_many", "former_upns")
    found = [_one_upn(read, one, "former_upns", "former_upns") for one in written[-INTERVALS_MAX:]]
    return tuple(upn for upn in found if upn)


def _rolls(read: Reading[ChildPart]) -> tuple[tuple[Roll, ...], tuple[Roll, ...]]:
    """Those that the child is on, and those that it may be on. A school that cannot be read may be any."""
    sure: list[Roll] = []
    perhaps: list[Roll] = []
    for row in read.rows("school_history"):
        if span := read.span(row, "starts", "ends"):
            school = read.cell("urn", cells.urn, "rolls", row)
            if school:
                is_sure = _is_its(read, row) and not span.wrong
                (sure if is_sure else perhaps).append(Roll(school=school, starts=span.starts, ends=span.ends))
    return _latest(read, "school_history", "rolls", sure), _latest(read, "school_history", "rolls", perhaps)


def _is_its(read: Reading[ChildPart], row: Row, part: ChildPart | None = None) -> bool:
    """Whether the row says that it is about this child. One that did, and says nobody's name any more, may still be."""
    return read.cell(OWNERS[row.table], cells.key, part, row) is not None


def _cases(read: Reading[ChildPart], keep_last: bool) -> tuple[Case, ...]:
    """Cases that are not over; one of which it is not known whose it is, or when, counts as the child's and as open.

    `keep_last`: or the last one.
    """
    cases, past = [], []
    for row in read.rows("involvement"):
        span = read.span(row, "opened", "closed")
        if span:
            doubt = not _is_its(read, row, "cases") or bool(span.wrong)
            if span.wrong:
                read.doubtful.add("cases")
            cases.append(Case(team_id=_team_of(read, row), starts=span.starts, ends=span.ends, doubtful=doubt))
        else:
            over = cells.span(row.body, "opened", "closed")
            past.append(Case(team_id=None, starts=over.starts, ends=over.ends))
    return _latest(read, "involvement", "cases", cases) or tuple(_in_order(past)[-1:] if keep_last else ())


def _allocations(read: Reading[ChildPart]) -> tuple[Allocation, ...]:
    """Those that can be read; of the others the child is doubted: somebody is missing from the list, or may be."""
    sure = []
    for row in read.rows("allocation"):
        if span := read.span(row, "starts", "ends"):
            worker = read.cell("worker_id", cells.key, "allocations", row)
            _is_its(read, row, "allocations")
            if span.wrong:
                read.doubtful.add("allocations")
            elif worker is not None:
                lead = read.cell("is_lead", cells.flag, row=row) is True
                id = read.book.ids[Subject("worker", worker)]
                sure.append(Allocation(worker_id=id, lead=lead, starts=span.starts, ends=span.ends))
    return _latest(read, "allocation", "allocations", sure)


def _latest(read: Reading[ChildPart], table: str, part: ChildPart, made: list[P]) -> tuple[P, ...]:
    if len(made) > INTERVALS_MAX:
        read.note(Row(table, read.rows(table)[0].key, {}), "id", "too_many", part)
    return tuple(_in_order(made)[-INTERVALS_MAX:])


def _in_order(made: list[P]) -> list[P]:
    return sorted(made, key=lambda part: (part.starts, part.model_dump_json()))


def _team_of(read: Reading[ChildPart] | Reading[WorkerPart], row: Row) -> UUID | None:
    """Of a team that cannot be read the council's own number serves: it is noted, and nothing else."""
    key = read.cell("team_id", cells.key_or_none, row=row)
    return None if key is None else read.book.ids[Subject("team", key)]


def _worker(book: Book, subject: Subject, row: Row) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    said = Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("name", cells.cut_text, "name") or "",
        role=read.cell("job", _role, "role") or ROLE_UNKNOWN,
        team_id=_team_of(read, row),
        phone=read.cell("phone", cells.phone_or_none, "phone"),
        email=read.cell("email", cells.text_or_none, "email"),
        left_on=read.cell("left_on", cells.end_or_none, "left_on"),
        absent_until=read.cell("absent_until", cells.day_or_none, "absent_until"),
    )
    return said.model_copy(update={"doubtful": read.doubts})


def _role(body: Body, column: str) -> str:
    job = cells.text(body, column)
    if job not in ("social_worker", "support_worker"):
        raise Unusable("bad_job")
    return job


def _team(book: Book, subject: Subject, row: Row) -> Team:
    read = Reading[TeamPart](book, subject, row)
    said = Team(
        revision=0,
        team_id=book.ids[subject],
        name=read.cell("name", cells.cut_text, "name") or "",
        duty_phone=read.cell("duty_phone", cells.phone, "duty_phone") or "",
        duty_hours=read.cell("duty_hours", cells.cut_text, "duty_hours") or "",
        out_of_hours_phone=read.cell("out_of_hours_phone", cells.phone_or_none, "out_of_hours_phone"),
    )
    return said.model_copy(update={"doubtful": read.doubts})


def _freshness(book: Book, subject: Subject, row: Row) -> Freshness | None:
    as_of = Reading[str](book, subject, row).cell("at", cells.moment)
    return Freshness(revision=0, as_of=as_of) if as_of else None


MAKERS: dict[Kind, Callable[[Book, Subject, Row], State | None]] = {
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
