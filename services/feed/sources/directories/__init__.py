"""Lists of staff and teams that a council keeps beside its case system: how to reach whoever another source names.

It is read beside other sources (FEED_SOURCES) and has no children. An empty cell says nothing: another source may.
"""

from collections.abc import Mapping

from services.feed.source import Source, SourceRow, Subject, Table
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading, Rules, by_rules
from shared.contracts.feed import Freshness, Team, TeamPart, Worker, WorkerPart

DERIVATION = 1
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

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
    """Where the list has no job it is not known, and another source's counts."""
    read = Reading[WorkerPart](book, subject, row)
    has_job = row.body.get("job") is not None
    if not has_job:
        read.doubtful.add("role")
    role = read.cell("job", parts.role, "role") if has_job else None
    return parts.worker(read, read.cell("name", cells.text_or_none, "name"), role)


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


RULES: Rules = {"worker": worker, "team": team, "freshness": freshness}

source = Source(
    name="directories",
    tables=TABLES,
    heartbeat=Subject("freshness", "extract"),
    derivation=DERIVATION,
    derive=by_rules(TABLES, RULES),
)
