"""How cells stand in an extract: what means that nothing stands there, and how dates, flags and lists are written."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from services.feed.source import BIGINT, Body, Table, Type

NULLS = frozenset(("", "NULL", "(NULL)", "(null)", "<NULL>", "\\N", "#N/A"))
"""How databases and their tools write that there is nothing. A family name of "Null" is none of them."""
NOBODY = "-1"
"""The key of nobody, in some case systems."""

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?")
"""2024-12-10, or as a moment of that day: 2024-12-10 00:00:00.000."""
LAST_YEAR = 9999
WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
FLAGS = {
    **dict.fromkeys(("y", "yes", "true", "t", "1"), True),
    **dict.fromkeys(("n", "no", "false", "f", "0"), False),
}
SEPARATORS = re.compile(r"[;|\s]+")


def written(type: Type, text: str) -> object:
    """A cell as it is kept: dates and moments as they are written, the others as what they are; None for nothing.

    What is not of its type stays the text that it is: the source's rules find that it cannot be used.
    """
    if text.strip() in NULLS:
        return None
    made = WRITERS.get(type)
    return made(text) if made else text


def _whole(text: str) -> object:
    number = int(text) if WHOLE.fullmatch(text.strip()) else None
    return number if number is not None and -BIGINT <= number < BIGINT else text


def _texts(text: str) -> object:
    return [part for part in SEPARATORS.split(text) if part]


WRITERS: Mapping[Type, Callable[[str], object]] = {
    "text": str.strip,
    "date": str.strip,
    "whole": _whole,
    "texts": _texts,
    "flag": lambda text: FLAGS.get(text.strip().lower(), text),
}


def decode(body: Body, table: Table) -> Body:
    """The cells of a row with dates and moments decoded; what is no date stays as it is written."""
    return {column: _decoded(table.columns.get(column), value) for column, value in body.items()}


def _decoded(type: Type | None, value: object) -> object:
    if not isinstance(value, str):
        return value
    if type == "date":
        found = day(value)
        return value if found is None else found
    return _moment(value) if type == "moment" else value


def day(text: str) -> date | None:
    """The day that is written; date.max for the last year of the calendar: no end is known."""
    found = DAY.fullmatch(text)
    if not found:
        return None
    try:
        made = date(*map(int, found.groups()))
    except ValueError:
        return None
    return date.max if made.year == LAST_YEAR else made


def _moment(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
