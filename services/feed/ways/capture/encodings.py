"""How Debezium writes dates and times, read into Python's."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from services.feed.source import BIGINT, Body, Table, Type

EPOCH_DAY = date(1970, 1, 1)

# Debezium 3.5.0 writes a date as days since 1970, and PostgreSQL's two infinities as what its arithmetic leaves of
# them: one way where the change is streamed, another where a snapshot reads it (tests/feed/ways/test_encodings.py).
NO_END = frozenset({-2147472692, -622191234, 2**31 - 1})
ALWAYS = frozenset({-2147472691, -625821272, -(2**31)})
FIRST_DAY, LAST_DAY = -2440588, 2145042905
"""PostgreSQL's own calendar, 4713 BC to 5874897. Python's is shorter: what lies outside is its first or last day."""


def decode(body: Body, table: Table) -> Body:
    """The cells of a row with dates and moments decoded; what is no date stays as it came."""
    return {column: _decoded(table.columns.get(column), value) for column, value in body.items()}


def _decoded(type: Type | None, value: object) -> object:
    decoder = DECODERS.get(type) if type else None
    return decoder(value) if decoder else value


def _day(value: object) -> object:
    """date.max: infinity, or later than Python's calendar goes; date.min: as early."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if value in NO_END:
        return date.max
    if value in ALWAYS:
        return date.min
    if not FIRST_DAY <= value <= LAST_DAY:
        return value
    return EPOCH_DAY + timedelta(days=max((date.min - EPOCH_DAY).days, min(value, (date.max - EPOCH_DAY).days)))


def _moment(value: object) -> object:
    """ISO 8601. Infinity comes as a word, and years beyond four digits with a sign: neither is a moment."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def other_types(body: Body, table: Table) -> frozenset[str]:
    """The columns that hold what is never written for the type that is expected: the source's column has another one.

    No single row can be the reason: a column of PostgreSQL holds values of its own type. An empty one tells nothing.
    """
    return frozenset(
        column
        for column, value in body.items()
        if value is not None and column in table.columns and not FITS[table.columns[column]](value)
    )


def _is_day(value: object) -> bool:
    return type(value) is int and (FIRST_DAY <= value <= LAST_DAY or value in NO_END or value in ALWAYS)


FITS: Mapping[Type, Callable[[object], bool]] = {
    "whole": lambda value: type(value) is int and -BIGINT <= value < BIGINT,
    "text": lambda value: isinstance(value, str),
    "texts": lambda value: isinstance(value, list) and all(one is None or isinstance(one, str) for one in value),
    "flag": lambda value: isinstance(value, bool),
    "date": _is_day,
    "moment": lambda value: isinstance(value, str),
}
DECODERS: Mapping[Type, Callable[[object], object]] = {"date": _day, "moment": _moment}
