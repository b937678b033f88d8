"""A child's rows make its state: those of a pupil, and of the person whom social care knows, two records of one child.

Names, birth date and UPN are the pupil's where there is one: the school asks for the child by them. The person's UPN,
if it is another, is one under which the child was known. Cases and workers are the person's. What cannot be read is
doubted, never taken for absent; what is over is left out.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from services.feed.source import Described, SourceRow, Subject
from services.feed.sources import cells, parts
from services.feed.sources.cells import Unusable
from services.feed.sources.parts import in_order, latest, upn, upns
from services.feed.sources.reading import Book, Reading
from services.feed.sources.ssd.tables import CIN, EARLY_HELP, ENROLMENT, INVOLVEMENT, PERSON, PUPIL
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart, Roll

NAMED: Mapping[str, tuple[str, str, str, str]] = {
    PUPIL: ("forename", "surname", "born", "upn"),
    PERSON: ("pers_forename", "pers_surname", "pers_dob", "pers_upn"),
}
"""The columns of the same four things on both sides."""
LEAD, ALLOCATED, NO_WORKER = "lead", "allocated", "none"
"""What a role can mean (the directory `roles`)."""


def described(row: SourceRow) -> Described:
    """What a pupil's or a person's row says of who it is."""
    return parts.described(row, *NAMED[row.table])


def child(book: Book, subject: Subject, own: SourceRow) -> Child:
    """The state of one child, at revision 0."""
    read = Reading[ChildPart](book, subject, own)
    given, family, born, number = NAMED[own.table]
    people = read.rows(PERSON)
    restricted = any(_is_restricted(read, row) for row in people)
    allocations = _allocations(read)
    rolls, perhaps = _rolls(read)
    upn_now = upn(read, read.own, number)
    made = Child(
        revision=0,
        child_id=book.ids[subject],
        upn=upn_now,
        former_upns=_former(read, upn_now, people),
        given_name=read.cell(given, cells.text, "given_name") or "",
        family_name=read.cell(family, cells.text, "family_name") or "",
        born=read.cell(born, partial(cells.born, today=book.today), "born") or EVER,
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


def _is_restricted(read: Reading[ChildPart], row: SourceRow) -> bool:
    """Whoever is on the list is, whatever stands beside it, but a plain no."""
    if row.body.get("restricted", ...) is None:
        return False
    return read.cell("restricted", cells.flag, row=row) is not False


def _former(read: Reading[ChildPart], now: str | None, people: list[SourceRow]) -> tuple[str, ...]:
    """The pupil's former UPNs, and what social care has, if that is another."""
    known = upns(read, read.own, "former_upns") if read.own.table == PUPIL else ()
    others = (upn(read, row, "pers_upn", "former_upns") for row in people if row != read.own)
    return tuple(dict.fromkeys((*known, *(one for one in others if one and one != now))))


def _rolls(read: Reading[ChildPart]) -> tuple[tuple[Roll, ...], tuple[Roll, ...]]:
    """Those that the child is on, and those that it may be on. A school that cannot be read may be any."""
    sure: list[Roll] = []
    perhaps: list[Roll] = []
    for row in read.rows(ENROLMENT):
        if span := read.span(row, "starts", "ends"):
            school = read.cell("urn", cells.urn, "rolls", row)
            if school:
                is_sure = _is_its(read, row, "pupil_id") and not span.wrong
                (sure if is_sure else perhaps).append(Roll(school=school, starts=span.starts, ends=span.ends))
    return latest(read, ENROLMENT, "rolls", sure), latest(read, ENROLMENT, "rolls", perhaps)


def _is_its(read: Reading[ChildPart], row: SourceRow, column: str, part: ChildPart | None = None) -> bool:
    """Whether the row says that it is about this child. One that did, and names nobody any more, may still be."""
    return read.key(column, row=row, part=part, needed=True) is not None


def _cases(read: Reading[ChildPart], keep_last: bool) -> tuple[Case, ...]:
    """Cases that are not over; one of which it is not known whose it is, or when, counts as the child's and as open.

    `keep_last`: or the last one.
    """
    cases, past = [], []
    for row, whose, starts, ends, team in _episodes(read):
        if span := read.span(row, starts, ends):
            doubt = not _is_its(read, row, whose, "cases") or bool(span.wrong)
            if span.wrong:
                read.doubtful.add("cases")
            key = read.key(team, row=row)
            team_id = None if key is None else read.book.ids[Subject("team", key)]
            cases.append(Case(team_id=team_id, starts=span.starts, ends=span.ends, doubtful=doubt))
        else:
            over = cells.span(row.body, starts, ends)
            past.append(Case(team_id=None, starts=over.starts, ends=over.ends))
    return latest(read, CIN if read.rows(CIN) else EARLY_HELP, "cases", cases) or tuple(
        in_order(past)[-1:] if keep_last else ()
    )


def _episodes(read: Reading[ChildPart]) -> Iterator[tuple[SourceRow, str, str, str, str]]:
    """Each row that tells of a case, with its columns: whose it is, when it begins and ends, and the team."""
    for row in read.rows(CIN):
        if not _no_further_action(read, row):
            yield row, "cine_person_id", "cine_referral_date", "cine_close_date", "cine_referral_team"
    for row in read.rows(EARLY_HELP):
        yield (
            row, "earl_person_id", "earl_episode_start_date", "earl_episode_end_date", "earl_episode_organisation"
        )  # fmt: skip


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
    _is_its(read, row, "invo_person_id", "allocations")
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
