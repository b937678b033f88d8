"""A child's rows make its state: its rolls, cases and allocations; what cannot be read is doubted.

A cell that cannot be used is noted as left out, and the part of the state that it belongs to as doubtful: what could
not be read never counts as absent. Intervals that are over are left out too: history does not leave the feed.
"""

from collections.abc import Iterator

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells, children
from services.feed.sources.children import CaseRow, Who, is_its
from services.feed.sources.parts import latest, upn, upns
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import Allocation, Child, ChildPart

WHO, WHOSE = Who("given", "family", "born", "upn"), "person_id"


def described(row: SourceRow) -> Described:
    """What a person's row says of who it is."""
    return children.described(row, WHO, "former_upns")


def child(book: Book, subject: Subject, row: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, row)
    restricted = read.cell("restricted", cells.flag) is not False  # unknown counts as restricted
    allocations = _allocations(read)
    rolls = children.rolls(read, "school_history", WHOSE)
    cases = children.cases(read, "involvement", _involvements(read), allocations)
    now, before = upn(read, row, WHO.upn), upns(read, row, "former_upns")
    return children.child(read, WHO, now, before, restricted, rolls, cases, allocations)


def _involvements(read: Reading[ChildPart]) -> Iterator[CaseRow]:
    for row in read.rows("involvement"):
        yield CaseRow(row, WHOSE, "opened", "closed", "team_id")


def _allocations(read: Reading[ChildPart]) -> tuple[Allocation, ...]:
    """Those that can be read; of the others the child is doubted: somebody is missing from the list, or may be."""
    sure = []
    for row in read.rows("allocation"):
        if span := read.span(row, "starts", "ends"):
            worker = read.key("worker_id", row=row, part="allocations", needed=True)
            is_its(read, row, WHOSE, "allocations")
            if span.wrong:
                read.doubtful.add("allocations")
            elif worker is not None:
                lead = read.cell("is_lead", cells.flag, row=row) is True
                id = read.book.ids[Subject("worker", worker)]
                sure.append(Allocation(worker_id=id, lead=lead, starts=span.starts, ends=span.ends))
    return latest(read, "allocation", "allocations", sure)
