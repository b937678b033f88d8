"""Reads the rows of one subject. What cannot be read is noted and doubted, never taken for absent."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from services.feed.source import Body, Derived, Kind, LeftOut, SourceRow, Subject, Table
from services.feed.sources import cells
from services.feed.sources.cells import Span, Unusable
from shared.contracts import State

OVER_DAYS = 2
"""An interval that ended so long ago is over, whatever the clocks and time zones say."""

Value = TypeVar("Value")
Part = TypeVar("Part", bound=str)


@dataclass(slots=True)
class Book:
    """Rows put where their readers look: `own` are the subjects' own, `about` those about a child, by table and child.

    Of a child with a record of each side the roll's is its own; social care's is among the rows about it, under the
    name of its table. `left_out` gathers the cells that cannot be used.
    """

    tables: Mapping[str, Table]
    ids: Mapping[Subject, UUID]
    today: date
    own: dict[Subject, SourceRow] = field(default_factory=dict)
    about: dict[tuple[str, str], list[SourceRow]] = field(default_factory=lambda: defaultdict(list))
    left_out: set[LeftOut] = field(default_factory=set)

    def add(self, rows: Iterable[SourceRow]) -> None:
        for row in rows:
            table = self.tables[row.table]
            if row.about is not None:
                self.about[row.table, row.about].append(row)
            if table.kind:
                subject = Subject(table.kind, row.key if row.about is None else row.about)
                if table.side == "roll" or subject not in self.own:
                    self.own[subject] = row

    def is_over(self, span: Span) -> bool:
        """Whether it is history, however the rest of it is read."""
        return span.ends is not None and span.ends <= self.today - timedelta(days=OVER_DAYS)


Rules = Mapping[Kind, Callable[[Book, Subject, SourceRow], State | None]]
"""By what somebody is, what makes a state of their own row. None: it makes none."""


def by_rules(
    tables: Mapping[str, Table], rules: Rules
) -> Callable[[Sequence[SourceRow], Mapping[Subject, UUID], date], Derived]:
    """A source's `derive`: the state of whomever the rows are, each by its rule."""

    def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
        book = Book(tables, ids, today)
        book.add(rows)
        made = {subject: rules[subject.kind](book, subject, row) for subject, row in book.own.items()}
        return Derived({subject: state for subject, state in made.items() if state}, book.left_out)

    return derive


@dataclass(slots=True)
class Reading(Generic[Part]):
    """One subject being read. A cell that cannot be used is noted as left out, and its part of the state is doubted."""

    book: Book
    subject: Subject
    own: SourceRow
    doubtful: set[Part] = field(default_factory=set)

    @property
    def doubts(self) -> tuple[Part, ...]:
        return tuple(sorted(self.doubtful))

    def rows(self, table: str) -> list[SourceRow]:
        return self.book.about.get((table, self.subject.key), [])

    def cell(
        self, column: str, read: Callable[[Body, str], Value], part: Part | None = None, row: SourceRow | None = None
    ) -> Value | None:
        """What `read` makes of a cell of this row (its own, if none is given); None where it cannot be used."""
        at = row or self.own
        try:
            return read(at.body, column)
        except Unusable as why:
            self.note(at, column, str(why), part)
            return None

    def key(self, *columns: str, row: SourceRow, part: Part | None = None, needed: bool = False) -> str | None:
        """The key of another row that these columns hold; None for none, or where it cannot be used."""
        read, table = (cells.key if needed else cells.key_or_none), self.book.tables[row.table]
        return self.cell(columns[0], lambda body, _: read(body, table, columns), part, row)

    def span(self, row: SourceRow, starts: str, ends: str) -> Span | None:
        """A row's days; None where they are over. Of history it does not matter what else cannot be read."""
        span = cells.span(row.body, starts, ends)
        if self.book.is_over(span):
            return None
        if span.wrong:
            self.note(row, *span.wrong)
        return span

    def note(self, row: SourceRow, column: str, why: str, part: Part | None = None) -> None:
        self.book.left_out.add(LeftOut(self.subject, row.table, row.key, column, why))
        if part:
            self.doubtful.add(part)
