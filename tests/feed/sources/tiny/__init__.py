"""A made-up source, unlike the demo's council in all that a source may choose: tables, columns, keys that are text.

It imports what a source may import, so that its folder can be laid into services/feed/sources as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.feed.source import Derived, Source, SourceRow, Subject, Table
from services.feed.sources import cells
from services.feed.sources.reading import Book, Reading
from shared.contracts import State
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart, Freshness, Roll, Team, Worker, WorkerPart

WORKER = ("office", "staff_no")
PUPIL = ("pupil_ref",)

TABLES: Mapping[str, Table] = {
    "pupil": Table(
        columns={"ref": "text", "first": "text", "last": "text", "dob": "date"}, key=("ref",), kind="child"
    ),
    "enrolment": Table(
        columns={"pupil_ref": "text", "site": "text", "since": "date", "until": "date"},
        key=("pupil_ref", "site"), about=PUPIL,
    ),
    "link": Table(
        columns={"no": "text", "pupil_ref": "text", "office": "text", "staff_no": "whole", "since": "date"},
        key=("no",), about=PUPIL, refers={WORKER: "worker", ("office",): "team"},
    ),
    "officer": Table(
        columns={"office": "text", "staff_no": "whole", "called": "text"}, key=WORKER, kind="worker",
        refers={("office",): "team"},
    ),
    "office": Table(columns={"code": "text", "title": "text"}, key=("code",), kind="team"),
    "pulse": Table(columns={"which": "text", "beaten": "moment"}, key=("which",), kind="freshness"),
}  # fmt: skip


def _pupil(book: Book, subject: Subject, row: SourceRow) -> Child:
    read = Reading[ChildPart](book, subject, row)
    links = [(link, read.span(link, "since", "since")) for link in read.rows("link")]
    return Child(
        revision=0,
        child_id=book.ids[subject],
        upn=None,
        given_name=read.cell("first", cells.text, "given_name") or "",
        family_name=read.cell("last", cells.text, "family_name") or "",
        born=read.cell("dob", cells.day, "born") or EVER,
        rolls=tuple(
            Roll(school=one.body["site"], starts=cells.day(one.body, "since")) for one in read.rows("enrolment")
        ),
        cases=tuple(Case(team_id=None, starts=cells.day(link.body, "since")) for link, _ in links),
        allocations=tuple(
            Allocation(worker_id=book.ids[Subject("worker", key)], lead=True, starts=cells.day(link.body, "since"))
            for link, _ in links
            if (key := read.key(*WORKER, row=link, part="allocations", needed=True))
        ),
    ).model_copy(update={"doubtful": read.doubts})


def _officer(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    office = read.key("office", row=row)
    return Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("called", cells.text, "name") or "",
        role="support_worker",
        team_id=book.ids[Subject("team", office)] if office else None,
    )


def _office(book: Book, subject: Subject, row: SourceRow) -> Team:
    title = Reading[str](book, subject, row).cell("title", cells.text) or ""
    return Team(revision=0, team_id=book.ids[subject], name=title, duty_phone="01632 960001", duty_hours="9 to 5")


def _pulse(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    as_of = Reading[str](book, subject, row).cell("beaten", cells.moment)
    return Freshness(revision=0, as_of=as_of) if as_of else None


RULES = {"child": _pupil, "worker": _officer, "team": _office, "freshness": _pulse}


def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
    book = Book(TABLES, ids, today)
    book.add(rows)
    made: dict[Subject, State | None] = {s: RULES[s.kind](book, s, row) for s, row in book.own.items()}
    return Derived({subject: state for subject, state in made.items() if state}, book.left_out)


source = Source(name="tiny", tables=TABLES, heartbeat=Subject("freshness", "main"), derivation=1, derive=derive)
