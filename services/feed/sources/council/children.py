"""A child's rows make its state: its rolls, cases and allocations; what cannot be read is doubted.

A cell that cannot be used is noted as left out, and the part of the state that it belongs to as doubtful: what could
not be read never counts as absent. Intervals that are over are left out too: history does not leave the feed.
"""

from functools import partial

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.council.staff import team_of
from services.feed.sources.council.tables import PERSON
from services.feed.sources.parts import in_order, latest, upn, upns
from services.feed.sources.reading import Book, Reading
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart, Roll


def described(row: SourceRow) -> Described:
    """What a person's row says of who it is."""
    return parts.described(row, "given", "family", "born", "upn")


def child(book: Book, subject: Subject, row: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, row)
    restricted = read.cell("restricted", cells.flag) is not False  # unknown counts as restricted
    allocations = _allocations(read)
    rolls, perhaps = _rolls(read)
    made = Child(
        revision=0,
        child_id=book.ids[subject],
        upn=upn(read, row, "upn"),
        former_upns=upns(read, row, "former_upns"),
        given_name=read.cell("given", cells.text, "given_name") or "",
        family_name=read.cell("family", cells.text, "family_name") or "",
        born=read.cell("born", partial(cells.born, today=book.today), "born") or EVER,
        rolls=rolls,
        perhaps_rolls=perhaps,
        # An allocation that was left behind when the case was closed is told from one that never had a case.
        cases=_cases(read, keep_last=bool(allocations) or "allocations" in read.doubtful),
        # Whoever works with a restricted child is told by telephone only: it does not leave the feed.
        allocations=() if restricted else allocations,
    )
    in_doubt = not restricted and bool(read.doubtful - {"upn", "former_upns", "rolls"})
    doubt = {"doubtful": read.doubts, "restricted": restricted or in_doubt, "restricted_in_doubt": in_doubt}
    return made.model_copy(update=doubt)


def _rolls(read: Reading[ChildPart]) -> tuple[tuple[Roll, ...], tuple[Roll, ...]]:
    """Those that the child is on, and those that it may be on. A school that cannot be read may be any."""
    sure: list[Roll] = []
    perhaps: list[Roll] = []
    for row in read.rows("school_history"):
        if span := read.span(row, "starts", "ends"):
            school = read.cell("urn", cells.urn, "rolls", row)
            if school:
                is_sure = _is_its(read, row) and not span.wrong
                (sure if is_sure else perhaps).append(Roll(school=school, starts=span.starts, ends=span.ends))
    return latest(read, "school_history", "rolls", sure), latest(read, "school_history", "rolls", perhaps)


def _is_its(read: Reading[ChildPart], row: SourceRow, part: ChildPart | None = None) -> bool:
    """Whether the row says that it is about this child. One that did, and names nobody any more, may still be."""
    return read.key(*PERSON, row=row, part=part, needed=True) is not None


def _cases(read: Reading[ChildPart], keep_last: bool) -> tuple[Case, ...]:
    """Cases that are not over; one of which it is not known whose it is, or when, counts as the child's and as open.

    `keep_last`: or the last one.
    """
    cases, past = [], []
    for row in read.rows("involvement"):
        span = read.span(row, "opened", "closed")
        if span:
            doubt = not _is_its(read, row, "cases") or bool(span.wrong)
            if span.wrong:
                read.doubtful.add("cases")
            cases.append(Case(team_id=team_of(read, row), starts=span.starts, ends=span.ends, doubtful=doubt))
        else:
            over = cells.span(row.body, "opened", "closed")
            past.append(Case(team_id=None, starts=over.starts, ends=over.ends))
    return latest(read, "involvement", "cases", cases) or tuple(in_order(past)[-1:] if keep_last else ())


def _allocations(read: Reading[ChildPart]) -> tuple[Allocation, ...]:
    """Those that can be read; of the others the child is doubted: somebody is missing from the list, or may be."""
    sure = []
    for row in read.rows("allocation"):
        if span := read.span(row, "starts", "ends"):
            worker = read.key("worker_id", row=row, part="allocations", needed=True)
            _is_its(read, row, "allocations")
            if span.wrong:
                read.doubtful.add("allocations")
            elif worker is not None:
                lead = read.cell("is_lead", cells.flag, row=row) is True
                id = read.book.ids[Subject("worker", worker)]
                sure.append(Allocation(worker_id=id, lead=lead, starts=span.starts, ends=span.ends))
    return latest(read, "allocation", "allocations", sure)
