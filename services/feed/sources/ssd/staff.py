"""What the rows of professionals and departments make, with what directories say of them; and the manifest's row."""

from services.feed.source import Body, SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Freshness, Team, Worker, WorkerPart

ROLE_UNKNOWN = "support_worker"
"""Stands for a job title that the list of jobs does not know; `doubtful` says so."""


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    team = read.key("team_id", row=row)
    made = Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("prof_professional_name", _name, "name") or "",
        role=read.cell("job_means", parts.role, "role") or ROLE_UNKNOWN,
        team_id=None if team is None else book.ids[Subject("team", team)],
        phone=read.cell("phone", cells.phone_or_none, "phone"),
        email=read.cell("email", cells.text_or_none, "email"),
        left_on=read.cell("left_on", cells.end_or_none, "left_on"),
        absent_until=read.cell("absent_until", cells.day_or_none, "absent_until"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def _name(body: Body, column: str) -> str:
    """Ione MARLOWICK of "MARLOWICK, Ione"; a name of any other form stays as it is written."""
    written = cells.cut_text(body, column)
    family, comma, given = written.partition(", ")
    return f"{given} {family}" if comma and given and "," not in given else written


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    return parts.team(book, subject, row, "dept_team_name")


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    return parts.freshness(book, subject, row, "complete_to")
