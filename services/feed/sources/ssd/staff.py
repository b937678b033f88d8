"""What the rows of professionals and departments make, with what directories say of them; and the manifest's row."""

from services.feed.source import Body, SourceRow, Subject
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Freshness, Team, TeamPart, Worker, WorkerPart

ROLE_UNKNOWN = "support_worker"
"""Stands for a job title that the list of jobs does not know; `doubtful` says so."""
ROLES = ("social_worker", "support_worker")


def worker(book: Book, subject: Subject, row: SourceRow) -> Worker:
    read = Reading[WorkerPart](book, subject, row)
    team = read.key("team_id", row=row)
    made = Worker(
        revision=0,
        worker_id=book.ids[subject],
        name=read.cell("prof_professional_name", _name, "name") or "",
        role=read.cell("job_means", _role, "role") or ROLE_UNKNOWN,
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


def _role(body: Body, column: str) -> str:
    meant = cells.text(body, column)
    if meant not in ROLES:
        raise Unusable("bad_job")
    return meant


def team(book: Book, subject: Subject, row: SourceRow) -> Team:
    read = Reading[TeamPart](book, subject, row)
    made = Team(
        revision=0,
        team_id=book.ids[subject],
        name=read.cell("dept_team_name", cells.cut_text, "name") or "",
        duty_phone=read.cell("duty_phone", cells.phone, "duty_phone") or "",
        duty_hours=read.cell("duty_hours", cells.cut_text, "duty_hours") or "",
        out_of_hours_phone=read.cell("out_of_hours_phone", cells.phone_or_none, "out_of_hours_phone"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def freshness(book: Book, subject: Subject, row: SourceRow) -> Freshness | None:
    as_of = Reading[str](book, subject, row).cell("complete_to", cells.moment)
    return Freshness(revision=0, as_of=as_of) if as_of else None
