"""A child's rows make its state: those of a pupil, and of the child whom the payload tells of, two records of one.

Names, birth date and UPN are the pupil's where there is one: the school asks for the child by them. Cases are the
payload's episodes, workers its care workers; of several who are open none is known to be the lead. What cannot be read
is doubted, never taken for absent; what is over is left out.
"""

from collections.abc import Iterator, Mapping

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells, children
from services.feed.sources.children import CaseRow, Who, is_its
from services.feed.sources.dfe.tables import CHILD, EPISODE, SPELL
from services.feed.sources.parts import latest, upn
from services.feed.sources.reading import Book, Reading
from services.feed.sources.rolls import ENROLMENT, PUPIL, PUPIL_WHO, former, is_restricted
from shared.contracts.feed import Allocation, Child, ChildPart

UPNS = ("unique_pupil_number", "former_unique_pupil_number")
WHO: Mapping[str, Who] = {PUPIL: PUPIL_WHO, CHILD: Who("first_name", "surname", "date_of_birth", UPNS[0])}
FORMER: Mapping[str, str] = {PUPIL: "former_upns", CHILD: UPNS[1]}


def described(row: SourceRow) -> Described:
    """What a pupil's row, or one of the payload's children, says of who it is."""
    return children.described(row, WHO[row.table], FORMER[row.table])


def child(book: Book, subject: Subject, own: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, own)
    who, people = WHO[own.table], read.rows(CHILD)
    restricted = any(is_restricted(read, row) for row in people)
    allocations = _allocations(read)
    rolls = children.rolls(read, ENROLMENT, "pupil_id")
    now = upn(read, own, who.upn)
    cases = children.cases(read, EPISODE, _episodes(read), allocations)
    return children.child(read, who, now, former(read, now, people, UPNS), restricted, rolls, cases, allocations)


def _episodes(read: Reading[ChildPart]) -> Iterator[CaseRow]:
    for row in read.rows(EPISODE):
        if not (_was_purged(read, row, "cases") or _no_further_action(read, row)):
            yield CaseRow(row, "la_child_id", "referral_date", "closure_date")


def _was_purged(read: Reading[ChildPart], row: SourceRow, part: ChildPart) -> bool:
    """What was to be removed though it was never sent may be there: some senders write so of what is new."""
    unknown = row.body.get("purge") is not None
    if unknown:
        read.note(row, "purge", "unknown_purge", part)
    return unknown


def _no_further_action(read: Reading[ChildPart], row: SourceRow) -> bool:
    """A referral that came to nothing is no case. Where that cannot be read it counts as one, and cases are doubted."""
    if row.body.get("referral_no_further_action_flag") is None:
        return False
    return read.cell("referral_no_further_action_flag", cells.flag, "cases", row) is True


def _allocations(read: Reading[ChildPart]) -> tuple[Allocation, ...]:
    """Those that can be read; of the others the child is doubted: somebody is missing from the list, or may be."""
    found = [one for row in read.rows(SPELL) if (one := _allocated(read, row))]
    sure = list(dict.fromkeys(found))
    lead = len({one.worker_id for one in sure}) == 1
    return latest(read, SPELL, "allocations", [one.model_copy(update={"lead": lead}) for one in sure])


def _allocated(read: Reading[ChildPart], row: SourceRow) -> Allocation | None:
    """One of a care worker who is open; None where that cannot be read, or is over."""
    if _was_purged(read, row, "allocations"):
        return None
    span = read.span(row, "start_date", "end_date")
    if span is None:
        return None
    is_its(read, row, "la_child_id", "allocations")
    worker = read.key("worker_id", row=row, part="allocations", needed=True)
    if span.wrong:
        read.doubtful.add("allocations")
    if span.wrong or worker is None:
        return None
    return Allocation(
        worker_id=read.book.ids[Subject("worker", worker)], lead=False, starts=span.starts, ends=span.ends
    )
