"""The case system of the demo's council: one row a person, and intervals for rolls, cases and allocations."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.feed.source import Derived, Source, SourceRow, Subject
from services.feed.sources.council.children import child, described
from services.feed.sources.council.staff import freshness, team, worker
from services.feed.sources.council.tables import TABLES
from services.feed.sources.reading import Book

DERIVATION = 4
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

RULES = {"child": child, "worker": worker, "team": team, "freshness": freshness}


def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
    """The state of whomever these rows are. A heartbeat that cannot be read makes none."""
    book = Book(TABLES, ids, today)
    book.add(rows)
    made = {subject: RULES[subject.kind](book, subject, row) for subject, row in book.own.items()}
    return Derived({subject: state for subject, state in made.items() if state}, book.left_out)


source = Source(
    name="council",
    tables=TABLES,
    heartbeat=Subject("freshness", "1"),
    derivation=DERIVATION,
    derive=derive,
    described=described,
)
