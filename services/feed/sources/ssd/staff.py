"""What the rows of professionals and departments make, with what directories say of them; and the manifest's row."""

from services.feed.source import Body, SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Freshness, Team, Worker, WorkerPart


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    return parts.worker(
        read, read.cell("prof_professional_name", _name, "name"), read.cell("job_means", parts.role, "role")
    )


def _name(body: Body, column: str) -> str:
    """Ione MARLOWICK of "MARLOWICK, Ione"; a name of any other form stays as it is written."""
    written = cells.cut_text(body, column)
    family, comma, given = written.partition(", ")
    return f"{given} {family}" if comma and given and "," not in given else written


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    return parts.team(book, subject, row, "dept_team_name")


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    return parts.freshness(book, subject, row, "complete_to")
