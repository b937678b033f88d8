"""A child's rows make its state: those of a pupil, and of the person whom social care knows, two records of one child.

Names, birth date and UPN are the pupil's where there is one: the school asks for the child by them. The person's UPN,
if it is another, is one under which the child was known. Cases and workers are the person's. What cannot be read is
doubted, never taken for absent; what is over is left out.
"""

from collections.abc import Iterator, Mapping

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells, children
from services.feed.sources.cells import Unusable
from services.feed.sources.children import CaseRow, Who, is_its
from services.feed.sources.parts import latest, upn
from services.feed.sources.reading import Book, Reading
from services.feed.sources.rolls import ENROLMENT, PUPIL, PUPIL_WHO, former, is_restricted
from services.feed.sources.ssd.tables import CIN, EARLY_HELP, INVOLVEMENT, PERSON
from shared.contracts.feed import Allocation, Child, ChildPart

UPN = "pers_upn"
WHO: Mapping[str, Who] = {PUPIL: PUPIL_WHO, PERSON: Who("pers_forename", "pers_surname", "pers_dob", UPN)}
"""The columns of the same four things on both sides."""
LEAD, ALLOCATED, NO_WORKER = "lead", "allocated", "none"
"""What a role can mean (the directory `roles`)."""


def described(row: SourceRow) -> Described:
    """What a pupil's or a person's row says of who it is."""
    return children.described(row, WHO[row.table], "former_upns")


def child(book: Book, subject: Subject, own: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, own)
    who, people = WHO[own.table], read.rows(PERSON)
    restricted = any(is_restricted(read, row) for row in people)
    allocations = _allocations(read)
    rolls = children.rolls(read, ENROLMENT, "pupil_id")
    now = upn(read, own, who.upn)
    cases = children.cases(read, CIN if read.rows(CIN) else EARLY_HELP, _episodes(read), allocations)
    return children.child(read, who, now, former(read, now, people, (UPN,)), restricted, rolls, cases, allocations)


def _episodes(read: Reading[ChildPart]) -> Iterator[CaseRow]:
    for row in read.rows(CIN):
        if not _no_further_action(read, row):
            yield CaseRow(row, "cine_person_id", "cine_referral_date", "cine_close_date", "cine_referral_team")
    for row in read.rows(EARLY_HELP):
        yield CaseRow(
            row, "earl_person_id", "earl_episode_start_date", "earl_episode_end_date", "earl_episode_organisation"
        )


def _no_further_action(read: Reading[ChildPart], row: SourceRow) -> bool:
    """A referral that came to nothing is no case. Where that cannot be read it counts as one, and cases are doubted."""
    if row.body.get("cine_referral_nfa", ...) is None:
        return False
    return read.cell("cine_referral_nfa", cells.flag, "cases", row) is True


def _allocations(read: Reading[ChildPart]) -> tuple[Allocation, ...]:
    """Those that can be read; of the others the child is doubted: somebody is missing from the list, or may be."""
    sure = [one for row in read.rows(INVOLVEMENT) if (one := _involved(read, row))]
    named = {one.worker_id for one in sure}
    for row in read.rows(EARLY_HELP):
        one = _of_episode(read, row, lead=not any(other.lead for other in sure))
        if one and one.worker_id not in named:
            sure.append(one)
    return latest(read, INVOLVEMENT if read.rows(INVOLVEMENT) else EARLY_HELP, "allocations", sure)


def _involved(read: Reading[ChildPart], row: SourceRow) -> Allocation | None:
    """One of an involvement whose role means an allocated worker, and that names one."""
    span = read.span(row, "invo_involvement_start_date", "invo_involvement_end_date")
    if span is None:
        return None
    role = read.cell("role_means", _role, "allocations", row)
    if role == NO_WORKER:
        return None
    is_its(read, row, "invo_person_id", "allocations")
    worker = read.key("invo_professional_id", row=row, part="allocations")
    if span.wrong:
        read.doubtful.add("allocations")
    if span.wrong or role is None or worker is None:
        return None
    id = read.book.ids[Subject("worker", worker)]
    return Allocation(worker_id=id, lead=role == LEAD, starts=span.starts, ends=span.ends)


def _role(body: dict[str, object], column: str) -> str:
    """What the council's code means. One that its list does not know may be anybody's."""
    meant = cells.text_or_none(body, column)
    if meant not in (LEAD, ALLOCATED, NO_WORKER):
        raise Unusable("bad_role")
    return meant


def _of_episode(read: Reading[ChildPart], row: SourceRow, lead: bool) -> Allocation | None:
    """The worker whom an early help episode names itself. What else is wrong with the row is noted with the case."""
    span = cells.span(row.body, "earl_episode_start_date", "earl_episode_end_date")
    if read.book.is_over(span):
        return None
    worker = read.key("earl_episode_worker_id", row=row, part="allocations")
    if span.wrong and worker is not None:
        read.doubtful.add("allocations")
    if span.wrong or worker is None:
        return None
    id = read.book.ids[Subject("worker", worker)]
    return Allocation(worker_id=id, lead=lead, starts=span.starts, ends=span.ends)
