"""What every source makes in the same way: UPNs, intervals (there may be many), roles of workers, teams, freshness."""

from typing import TypeVar

from services.feed.source import Body, SourceRow, Subject
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Allocation, Case, ChildPart, Freshness, Roll, Team, TeamPart, Worker, WorkerPart

INTERVALS_MAX = 100
"""No more of one sort are carried for one child: an event's size is bounded. Of more, the latest; and it is doubted."""

P = TypeVar("P", Roll, Case, Allocation)


def upn(read: Reading[ChildPart], row: SourceRow, column: str, part: ChildPart = "upn") -> str | None:
    """The UPN of a cell; None for none, or where it cannot be used."""
    try:
        written = cells.cell(row.body, column)
    except Unusable as why:
        read.note(row, column, str(why), part)
        return None
    return one_upn(read, row, written, column, part)


def one_upn(read: Reading[ChildPart], row: SourceRow, written: object, column: str, part: ChildPart) -> str | None:
    """A word without any digit ("none", "-") says that there is no UPN; what has one may be somebody's, mistyped."""
    if written is None:
        return None
    try:
        return cells.upn(written)
    except Unusable as why:
        meant = not isinstance(written, str) or any(c.isdigit() for c in written)
        read.note(row, column, str(why), part if meant else None)
        return None


def upns(read: Reading[ChildPart], row: SourceRow, column: str, part: ChildPart = "former_upns") -> tuple[str, ...]:
    """Those of a list that can be used."""
    written = row.body.get(column, ...)
    if written is None:
        return ()
    if not isinstance(written, list):
        read.note(row, column, "missing" if written is ... else "bad_list", part)
        return ()
    if len(written) > INTERVALS_MAX:
        read.note(row, column, "too_many", part)
    found = [one_upn(read, row, one, column, part) for one in written[-INTERVALS_MAX:]]
    return tuple(one for one in found if one)


def latest(read: Reading[ChildPart], table: str, part: ChildPart, made: list[P]) -> tuple[P, ...]:
    """These in order, no more than may be carried. `table`: whose rows there are too many of."""
    if len(made) > INTERVALS_MAX:
        row = read.rows(table)[0]
        read.note(row, read.book.tables[table].key[0], "too_many", part)
    return tuple(in_order(made)[-INTERVALS_MAX:])


def in_order(made: list[P]) -> list[P]:
    """By their first day, and always in the same order."""
    return sorted(made, key=lambda part: (part.starts, part.model_dump_json()))


def role(body: Body, column: str) -> str:
    """One of the two that the contract has."""
    written = cells.text(body, column)
    if written not in ("social_worker", "support_worker"):
        raise Unusable("bad_job")
    return written


ROLE_UNKNOWN = "support_worker"
"""Stands for a job that cannot be read; `doubtful` says so."""


def worker(read: Reading[WorkerPart], name: str | None, role: str | None) -> Worker:
    """Of whom name and role have been read; the other columns are called alike in all sources. Of a team that cannot be
    read the council's own number serves: it is noted, and nothing else."""
    team = read.key("team_id", row=read.own)
    made = Worker(
        revision=0,
        worker_id=read.book.ids[read.subject],
        name=name or "",
        role=role or ROLE_UNKNOWN,
        team_id=None if team is None else read.book.ids[Subject("team", team)],
        phone=read.cell("phone", cells.phone_or_none, "phone"),
        email=read.cell("email", cells.text_or_none, "email"),
        left_on=read.cell("left_on", cells.end_or_none, "left_on"),
        absent_until=read.cell("absent_until", cells.day_or_none, "absent_until"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def team(book: Book, subject: Subject, row: SourceRow, name: str) -> Team:
    """`name`: the column of the team's name."""
    read = Reading[TeamPart](book, subject, row)
    made = Team(
        revision=0,
        team_id=book.ids[subject],
        name=read.cell(name, cells.cut_text, "name") or "",
        duty_phone=read.cell("duty_phone", cells.phone, "duty_phone") or "",
        duty_hours=read.cell("duty_hours", cells.cut_text, "duty_hours") or "",
        out_of_hours_phone=read.cell("out_of_hours_phone", cells.phone_or_none, "out_of_hours_phone"),
    )
    return made.model_copy(update={"doubtful": read.doubts})


def freshness(book: Book, subject: Subject, row: SourceRow, moment: str) -> Freshness | None:
    """`moment`: the column that says up to when everything has come. None where it cannot be read."""
    as_of = Reading[str](book, subject, row).cell(moment, cells.moment)
    return Freshness(revision=0, as_of=as_of) if as_of else None
