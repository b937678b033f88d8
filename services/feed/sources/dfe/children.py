"""A child's rows make its state: those of a pupil, and of the child whom the payload tells of, two records of one.

Names, birth date and UPN are the pupil's where there is one: the school asks for the child by them. Cases are the
payload's episodes, workers its care workers; of several who are open none is known to be the lead. What cannot be read
is doubted, never taken for absent; what is over is left out.
"""

from collections.abc import Mapping
from functools import partial

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells
from services.feed.sources.dfe.tables import CHILD, EPISODE, SPELL
from services.feed.sources.parts import in_order, latest, upn
from services.feed.sources.reading import Book, Reading
from services.feed.sources.rolls import PUPIL, PUPIL_WHO, Who, former, is_its, is_restricted, rolls
from services.feed.sources.rolls import described as described_by
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart

UPNS = ("unique_pupil_number", "former_unique_pupil_number")
WHO: Mapping[str, Who] = {PUPIL: PUPIL_WHO, CHILD: ("first_name", "surname", "date_of_birth", UPNS[0])}
FORMER: Mapping[str, str] = {PUPIL: "former_upns", CHILD: UPNS[1]}


def described(row: SourceRow) -> Described:
    """What a pupil's row, or one of the payload's children, says of who it is."""
    return described_by(row, WHO[row.table], FORMER[row.table])


def child(book: Book, subject: Subject, own: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, own)
    given, family, born, number = WHO[own.table]
    people = read.rows(CHILD)
    restricted = any(is_restricted(read, row) for row in people)
    allocations = _allocations(read)
    sure, perhaps = rolls(read)
    upn_now = upn(read, own, number)
    made = Child(
        revision=0,
        child_id=book.ids[subject],
        upn=upn_now,
        former_upns=former(read, upn_now, people, UPNS),
        given_name=read.cell(given, cells.text, "given_name") or "",
        family_name=read.cell(family, cells.text, "family_name") or "",
        born=read.cell(born, partial(cells.born, today=book.today), "born") or EVER,
        rolls=sure,
        perhaps_rolls=perhaps,
        # An allocation that was left behind when the case was closed is told from one that never had a case.
        cases=_cases(read, keep_last=bool(allocations) or "allocations" in read.doubtful),
        # Whoever works with a restricted child is told by telephone only: it does not leave the feed.
        allocations=() if restricted else allocations,
    )
    in_doubt = not restricted and bool(read.doubtful - {"upn", "former_upns", "rolls"})
    doubt = {"doubtful": read.doubts, "restricted": restricted or in_doubt, "restricted_in_doubt": in_doubt}
    return made.model_copy(update=doubt)


def _cases(read: Reading[ChildPart], keep_last: bool) -> tuple[Case, ...]:
    """Cases that are not over; one of which it is not known when it is counts as open. `keep_last`: or the last one."""
    cases, past = [], []
    for row in read.rows(EPISODE):
        if _was_purged(read, row, "cases") or _no_further_action(read, row):
            continue
        if span := read.span(row, "referral_date", "closure_date"):
            doubt = not is_its(read, row, "la_child_id", "cases") or bool(span.wrong)
            if span.wrong:
                read.doubtful.add("cases")
            cases.append(Case(team_id=None, starts=span.starts, ends=span.ends, doubtful=doubt))
        else:
            over = cells.span(row.body, "referral_date", "closure_date")
            past.append(Case(team_id=None, starts=over.starts, ends=over.ends))
    return latest(read, EPISODE, "cases", cases) or tuple(in_order(past)[-1:] if keep_last else ())


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
