"""Social care by the Department for Education's API payload, with lists beside it; rolls as schools upload them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.feed.source import Derived, Source, SourceRow, Subject
from services.feed.sources.dfe.children import child, described
from services.feed.sources.dfe.staff import freshness, team, worker
from services.feed.sources.dfe.tables import TABLES
from services.feed.sources.reading import Book
from services.feed.sources.rolls import UPLOADS
from shared.contracts import State

DERIVATION = 1
"""Raised with every change of the rules in this folder: then everything is looked at, and emitted where it differs."""

RULES = {"child": child, "worker": worker, "team": team, "freshness": freshness}


def derive(rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
    """The state of whomever these rows are: a child is a pupil with what the payload has, or no pupil."""
    book = Book(TABLES, ids, today)
    book.add(rows)
    made: dict[Subject, State | None] = {s: RULES[s.kind](book, s, row) for s, row in book.own.items()}
    return Derived({subject: state for subject, state in made.items() if state}, book.left_out)


source = Source(
    name="dfe", tables=TABLES, heartbeat=Subject("freshness", "push"), derivation=DERIVATION, derive=derive,
    described=described, uploads=UPLOADS,
)  # fmt: skip
