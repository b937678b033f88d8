"""The rows that make the states of some subjects, and what of them could not be read: noted, never taken for none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from services.feed.domain import Body, Subject
from services.feed.sources import cells
from services.feed.sources.cells import Span, Unusable

OVER_DAYS = 2
"""An interval that ended so long ago is over, whatever the clocks and time zones say."""

Value = TypeVar("Value")
Part = TypeVar("Part", bound=str)


class Row(NamedTuple):
    """One row of the source, as it is kept."""

    table: str
    key: int
    body: Body


class LeftOut(NamedTuple):
    """A cell that could not be used in saying this subject: where it is and why in one word, never what it holds."""

    subject: Subject
    table: str
    key: int
    column: str
    why: str


@dataclass(slots=True)
class Book:
    """The rows. `own` are the subjects' own, by (table, key); `about` those about a person, by (table, person)."""

    today: date
    own: dict[tuple[str, int], Row] = field(default_factory=dict)
    about: dict[tuple[str, int], list[Row]] = field(default_factory=lambda: defaultdict(list))
    ids: Mapping[Subject, UUID] = field(default_factory=dict)
    left_out: set[LeftOut] = field(default_factory=set)

    def add(self, table: str, key: int, about: int | None, body: Body) -> None:
        """A row; `about` only where it is about a person and not the person's own."""
        if about is None:
            self.own[table, key] = Row(table, key, body)
        else:
            self.about[table, about].append(Row(table, key, body))

    def named(self) -> set[Subject]:
        """The workers and teams that these rows point to."""
        rows = [*self.own.values(), *(row for rows in self.about.values() for row in rows)]
        workers = {Subject("worker", row.body["worker_id"]) for row in rows if cells.is_key(row.body.get("worker_id"))}
        return workers | {Subject("team", row.body["team_id"]) for row in rows if cells.is_key(row.body.get("team_id"))}

    def is_over(self, span: Span) -> bool:
        """Whether it is history, however the rest of it is read."""
        return span.ends is not None and span.ends <= self.today - timedelta(days=OVER_DAYS)


@dataclass(slots=True)
class Reading(Generic[Part]):
    """One subject being read. A cell that cannot be used is noted as left out, and its part of the state is doubted."""

    book: Book
    subject: Subject
    own: Row
    doubtful: set[Part] = field(default_factory=set)

    @property
    def doubts(self) -> tuple[Part, ...]:
        return tuple(sorted(self.doubtful))

    def rows(self, table: str) -> list[Row]:
        return self.book.about.get((table, self.subject.key), [])

    def cell(
        self, column: str, read: Callable[[Body, str], Value], part: Part | None = None, row: Row | None = None
    ) -> Value | None:
        """What `read` makes of a cell of this row (its own, if none is given); None where it cannot be used."""
        at = row or self.own
        try:
            return read(at.body, column)
        except Unusable as why:
            self.note(at, column, str(why), part)
            return None

    def span(self, row: Row, starts: str, ends: str) -> Span | None:
        """A row's days; None where they are over. Of history it does not matter what else cannot be read."""
        span = cells.span(row.body, starts, ends)
        if self.book.is_over(span):
            return None
        if span.wrong:
            self.note(row, *span.wrong)
        return span

    def note(self, row: Row, column: str, why: str, part: Part | None = None) -> None:
        self.book.left_out.add(LeftOut(self.subject, row.table, row.key, column, why))
        if part:
            self.doubtful.add(part)
