"""What the lists of staff and of teams make, and up to when a sender said that everything has been sent."""

from services.feed.source import SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Freshness, Team, Worker, WorkerPart

ROLE_UNKNOWN = "support_worker"
"""Stands for a job that cannot be read; `doubtful` says so."""


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    team = read.key("team_id", row=row)
    made = Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("name", cells.cut_text, "name") or "",
        role=read.cell("job", parts.role, "role") or ROLE_UNKNOWN,
        team_id=None if team is None else book.ids[Subject("team", team)],
        phone=read.cell("phone", cells.phone_or_none, "phone"),
        email=read.cell("email", cells.text_or_none, "email"),
        left_on=read.cell("left_on", cells.end_or_none, "left_on"),
        absent_until=read.cell("absent_until", cells.day_or_none, "absent_until"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    return parts.team(book, subject, row, "name")


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    return parts.freshness(book, subject, row, "complete_to")
