"""Lists of staff and teams that a council keeps beside its case system: how to reach whoever another source names.

It is read beside other sources (FEED_SOURCES) and has no children. An empty cell says nothing: another source may.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.feed.source import Derived, Source, SourceRow, Subject, Table
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading
from shared.contracts import State
from shared.contracts.feed import Freshness, Team, TeamPart, Worker, WorkerPart

DERIVATION = 1
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

ROLE_UNKNOWN = "support_worker"
"""Stands where the list has no job; `doubtful` says so, and another source's job counts."""

TABLES: Mapping[str, Table] = {
    "staff": Table(
        columns={
            "staff_id": "text", "name": "text", "job": "text", "team_id": "text", "phone": "text", "email": "text",
            "left_on": "date", "absent_until": "date",
        },
        key=("staff_id",), kind="worker", refers={("team_id",): "team"}, ends="left_on", moves=("team_id", "phone"),
    ),
    "teams": Table(
        columns={
            "team_id": "text", "name": "text", "duty_phone": "text", "duty_hours": "text", "out_of_hours_phone": "text",
        },
        key=("team_id",), kind="team", moves=("duty_phone",),
    ),
    "manifest": Table(columns={"which": "text", "complete_to": "moment"}, key=("which",), kind="freshness"),
}  # fmt: skip
"""`manifest` is made from the extract's own manifest: there is no such file of rows."""


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    team = read.key("team_id", row=row)
    if row.body.get("job") is None:
        read.doubtful.add("role")
    role = None if row.body.get("job") is None else read.cell("job", parts.role, "role")
    made = Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("name", cells.text_or_none, "name") or "",
        role=role or ROLE_UNKNOWN,
        team_id=None if team is None else book.ids[Subject("team", team)],
        phone=read.cell("phone", cells.phone_or_none, "phone"),
        email=read.cell("email", cells.text_or_none, "email"),
        left_on=read.cell("left_on", cells.end_or_none, "left_on"),
        absent_until=read.cell("absent_until", cells.day_or_none, "absent_until"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    read = Reading[TeamPart](book, subject, row)
    made = Team(
        revision=0,
        team_id=book.ids[subject],
        name=read.cell("name", cells.text_or_none, "name") or "",
        duty_phone=read.cell("duty_phone", cells.phone_or_none, "duty_phone") or "",
        duty_hours=read.cell("duty_hours", cells.text_or_none, "duty_hours") or "",
        out_of_hours_phone=read.cell("out_of_hours_phone", cells.phone_or_none, "out_of_hours_phone"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    return parts.freshness(book, subject, row, "complete_to")


RULES = {"worker": worker, "team": team, "freshness": freshness}


def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
    """The state of whomever these rows are."""
    book = Book(TABLES, ids, today)
    book.add(rows)
    made: dict[Subject, State | None] = {s: RULES[s.kind](book, s, row) for s, row in book.own.items()}
    return Derived({subject: state for subject, state in made.items() if state}, book.left_out)


source = Source(
    name="directories", tables=TABLES, heartbeat=Subject("freshness", "extract"), derivation=DERIVATION, derive=derive
)
