"""What every source makes of a child's rows in the same way, given which columns hold what."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, TypeVar

from services.feed.source import Body, Described, SourceRow, Subject
from services.feed.sources import cells
from services.feed.sources.cells import Unusable
from services.feed.sources.parts import in_order, latest
from services.feed.sources.reading import Reading
from shared.contracts.feed import EVER, Allocation, Case, Child, ChildPart, Roll
from shared.upn import FORM

Value = TypeVar("Value")


class Who(NamedTuple):
    """The columns of a child's own row that say who it is."""

    given_name: str
    family_name: str
    born: str
    upn: str


class CaseRow(NamedTuple):
    """A row that tells of a case, and its columns: whose it is, its first day, the first day after it, the team."""

    row: SourceRow
    whose: str
    starts: str
    ends: str
    team: str | None = None


def described(row: SourceRow, who: Who, *former: str) -> Described:
    """What a child's own row says of who it is; it never raises. `former`: columns that hold former UPNs, one or a
    list of them."""
    others = [one for column in former for one in _listed(row.body.get(column))]
    upns = (_readable(_upn, row.body, who.upn), *others)
    return Described(
        _readable(cells.text, row.body, who.given_name) or "",
        _readable(cells.text, row.body, who.family_name) or "",
        _readable(cells.day, row.body, who.born),
        tuple(one for one in upns if isinstance(one, str) and FORM.fullmatch(one)),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _readable(read: Callable[[Body, str], Value], body: Body, column: str) -> Value | None:
    try:
        return read(body, column)
    except Unusable:
        return None


def _upn(body: Body, column: str) -> str:
    return cells.upn(cells.cell(body, column))


def child(
    read: Reading[ChildPart], who: Who, upn: str | None, former_upns: tuple[str, ...], restricted: bool,
    rolls: tuple[tuple[Roll, ...], tuple[Roll, ...]], cases: tuple[Case, ...], allocations: tuple[Allocation, ...],
) -> Child:  # fmt: skip
    """The state, at revision 0, of whom everything but names and birth date has been read. `rolls`: sure, perhaps."""
    made = Child(
        revision=0,
        child_id=read.book.ids[read.subject],
        upn=upn,
        former_upns=former_upns,
        given_name=read.cell(who.given_name, cells.text, "given_name") or "",
        family_name=read.cell(who.family_name, cells.text, "family_name") or "",
        born=read.cell(who.born, partial(cells.born, today=read.book.today), "born") or EVER,
        rolls=rolls[0],
        perhaps_rolls=rolls[1],
        cases=cases,
        # Whoever works with a restricted child is told by telephone only: it does not leave the feed.
        allocations=() if restricted else allocations,
    )
    in_doubt = not restricted and bool(read.doubtful - {"upn", "former_upns", "rolls"})
    doubt = {"doubtful": read.doubts, "restricted": restricted or in_doubt, "restricted_in_doubt": in_doubt}
    return made.model_copy(update=doubt)


def rolls(read: Reading[ChildPart], table: str, whose: str) -> tuple[tuple[Roll, ...], tuple[Roll, ...]]:
    """Those that the child is on, and those that it may be on. A school that cannot be read may be any.

    `table`: of rows with the columns `urn`, `starts` and `ends`; `whose`: the column of the child's key.
    """
    sure: list[Roll] = []
    perhaps: list[Roll] = []
    for row in read.rows(table):
        if span := read.span(row, "starts", "ends"):
            school = read.cell("urn", cells.urn, "rolls", row)
            if school:
                is_sure = is_its(read, row, whose) and not span.wrong
                (sure if is_sure else perhaps).append(Roll(school=school, starts=span.starts, ends=span.ends))
    return latest(read, table, "rolls", sure), latest(read, table, "rolls", perhaps)


def is_its(read: Reading[ChildPart], row: SourceRow, column: str, part: ChildPart | None = None) -> bool:
    """Whether the row says that it is about this child. One that did, and names nobody any more, may still be."""
    return read.key(column, row=row, part=part, needed=True) is not None


def cases(
    read: Reading[ChildPart], table: str, rows: Iterable[CaseRow], allocations: tuple[Allocation, ...]
) -> tuple[Case, ...]:
    """Cases that are not over; one of which it is not known whose it is, or when, counts as the child's and as open.

    Or the last one, if there are allocations, or may be: one that was left behind when the case was closed is told from
    one that never had a case. `table`: the one that is noted where there are too many.
    """
    found, past = [], []
    for row, whose, starts, ends, team in rows:
        if span := read.span(row, starts, ends):
            doubt = not is_its(read, row, whose, "cases") or bool(span.wrong)
            if span.wrong:
                read.doubtful.add("cases")
            key = read.key(team, row=row) if team else None
            team_id = None if key is None else read.book.ids[Subject("team", key)]
            found.append(Case(team_id=team_id, starts=span.starts, ends=span.ends, doubtful=doubt))
        else:
            over = cells.span(row.body, starts, ends)
            past.append(Case(team_id=None, starts=over.starts, ends=over.ends))
    keep_last = bool(allocations) or "allocations" in read.doubtful
    return latest(read, table, "cases", found) or tuple(in_order(past)[-1:] if keep_last else ())
