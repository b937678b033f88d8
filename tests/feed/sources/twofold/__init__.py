"""A made-up source in which a child has two records: the roll's, and, where it is known there, social care's.

Both sides number their records as they like, so that the same key is two children. It imports what a source may import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.feed.source import Body, Derived, Described, Source, SourceRow, Subject, Table
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from services.feed.sources.reading import Book, Reading
from shared.contracts import State
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart, Freshness, Roll, Team, Worker

Value = TypeVar("Value")

PUPIL, PERSON = ("pupil",), ("person",)
NAMED: Mapping[str, tuple[str, str]] = {"pupil": ("first", "last"), "person": ("forename", "surname")}

TABLES: Mapping[str, Table] = {
    "pupil": Table(
        columns={"ref": "text", "upn": "text", "first": "text", "last": "text", "dob": "date"}, key=("ref",),
        kind="child",
    ),
    "enrolment": Table(
        columns={"pupil": "text", "site": "text", "since": "date"}, key=("pupil", "site"), about=PUPIL,
    ),
    "person": Table(
        columns={
            "no": "text", "upn": "text", "forename": "text", "surname": "text", "dob": "date", "hidden": "flag",
        },
        key=("no",), kind="child", side="care",
    ),
    "episode": Table(
        columns={"no": "text", "person": "text", "opened": "date", "closed": "date"}, key=("no",), about=PERSON,
        side="care",
    ),
    "involvement": Table(
        columns={"no": "text", "person": "text", "staff": "text", "since": "date"}, key=("no",), about=PERSON,
        side="care", refers={("staff",): "worker"},
    ),
    "staff": Table(columns={"id": "text", "called": "text"}, key=("id",), kind="worker"),
    "office": Table(columns={"code": "text", "title": "text"}, key=("code",), kind="team"),
    "pulse": Table(columns={"which": "text", "beaten": "moment"}, key=("which",), kind="freshness"),
}  # fmt: skip


def described(row: SourceRow) -> Described:
    """What a record of either side says of who it is."""
    first, last = NAMED[row.table]
    body = row.body
    upn = _readable(_upn, body, "upn")
    given, family = _readable(cells.text, body, first), _readable(cells.text, body, last)
    return Described(given or "", family or "", _readable(cells.day, body, "dob"), (upn,) if upn else ())


def _readable(read: Callable[[Body, str], Value], body: Body, column: str) -> Value | None:
    try:
        return read(body, column)
    except Unusable:
        return None


def _upn(body: Body, column: str) -> str:
    return cells.upn(cells.cell(body, column))


def _child(book: Book, subject: Subject, row: SourceRow) -> Child:
    """Of the roll's record where there is one, with what is kept of the person that is linked with it."""
    read = Reading[ChildPart](book, subject, row)
    first, last = NAMED[row.table]
    people = [row] if row.table == "person" else read.rows("person")
    restricted = any(cells.flag(person.body, "hidden") for person in people)
    return Child(
        revision=0,
        child_id=book.ids[subject],
        upn=_readable(_upn, row.body, "upn"),
        given_name=read.cell(first, cells.text, "given_name") or "",
        family_name=read.cell(last, cells.text, "family_name") or "",
        born=read.cell("dob", cells.day, "born") or EVER,
        restricted=restricted,
        rolls=tuple(
            Roll(school=one.body["site"], starts=cells.day(one.body, "since")) for one in _rows(read, "enrolment")
        ),
        cases=tuple(
            Case(team_id=None, starts=span.starts, ends=span.ends)
            for one in _rows(read, "episode") if (span := read.span(one, "opened", "closed"))
        ),
        allocations=() if restricted else tuple(
            Allocation(worker_id=book.ids[Subject("worker", key)], lead=True, starts=cells.day(one.body, "since"))
            for one in _rows(read, "involvement")
            if (key := read.key("staff", row=one, part="allocations", needed=True))
        ),
    ).model_copy(update={"doubtful": read.doubts})  # fmt: skip


def _rows(read: Reading[ChildPart], table: str) -> list[SourceRow]:
    return sorted(read.rows(table), key=lambda row: row.key)


def _worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    called = Reading[str](book, subject, row).cell("called", cells.text) or ""
    return Worker(revision=0, worker_id=book.ids[subject], name=called, role="social_worker", team_id=None)


def _team(book: Book, subject: Subject, row: SourceRow) -> Team:
    title = Reading[str](book, subject, row).cell("title", cells.text) or ""
    return Team(revision=0, team_id=book.ids[subject], name=title, duty_phone="01632 960001", duty_hours="9 to 5")


def _pulse(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    as_of = Reading[str](book, subject, row).cell("beaten", cells.moment)
    return Freshness(revision=0, as_of=as_of) if as_of else None


RULES = {"child": _child, "worker": _worker, "team": _team, "freshness": _pulse}


def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
    book = Book(TABLES, ids, today)
    book.add(rows)
    made: dict[Subject, State | None] = {s: RULES[s.kind](book, s, row) for s, row in book.own.items()}
    return Derived({subject: state for subject, state in made.items() if state}, book.left_out)


source = Source(
    name="twofold", tables=TABLES, heartbeat=Subject("freshness", "main"), derivation=1, derive=derive,
    described=described,
)  # fmt: skip
