"""What the rows of workers and teams make, and the heartbeat's row."""

from services.feed.source import SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Freshness, Team, Worker, WorkerPart


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    return parts.worker(read, read.cell("name", cells.cut_text, "name"), read.cell("job", parts.role, "role"))


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    return parts.team(book, subject, row, "name")


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    return parts.freshness(book, subject, row, "at")
