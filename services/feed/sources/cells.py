"""Reads single cells of a source's rows, and tells in one word what is wrong with one; never what it holds."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import phonenumbers

from services.feed.source import Body, Table
from shared import typed
from shared.upn import FORM

TEXT_MAX = 300
WHOLE_NUMBER_MIN = 9  # digits after the 0 of a number with its area; fewer, amid words, are a date, hours or a room
URN = re.compile(r"[0-9]{6}")
BORN_MIN = date(1900, 1, 1)

Value = TypeVar("Value")


class Unusable(Exception):
    """A cell lacks what is needed, or has it in an impossible form. The argument is why, in one word."""


def needed(value: Value | None, why: str) -> Value:
    """What is read of a cell, where none will not do."""
    if value is None:
        raise Unusable(why)
    return value


def cell(body: Body, column: str) -> Any:
    """The value as it came. A column that the source did not send at all is not the same as an empty one."""
    if column not in body:
        raise Unusable("missing")
    return body[column]


def key_or_none(body: Body, table: Table, columns: tuple[str, ...]) -> str | None:
    """The key of another row, or none: where every column of it is empty."""
    if all(cell(body, column) is None for column in columns):
        return None
    if (found := table.key_in(body, columns)) is None:
        raise Unusable("bad_key")
    return found


def key(body: Body, table: Table, columns: tuple[str, ...]) -> str:
    """The key of another row."""
    return needed(key_or_none(body, table, columns), "no_key")


def text_or_none(body: Body, column: str) -> str | None:
    """Text without space around it and with single spaces in it; None for none or empty."""
    value = cell(body, column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unusable("bad_text")
    read = typed.line(value)
    if len(read) > TEXT_MAX:
        raise Unusable("long_text")
    return read or None


def phone_or_none(body: Body, column: str) -> str | None:
    """A telephone number as it can be shown and called; None for none or empty."""
    value = text_or_none(body, column)
    return _callable(value) if value else None


def _callable(written: str) -> str:
    """Several numbers, or one with words around it, are shown as they are written; what has none is no telephone."""
    number = typed.phone(written)
    if typed.is_phone(number) and not any(c.isalpha() for c in number):
        return number
    found = phonenumbers.PhoneNumberMatcher(number, typed.COUNTRY, leniency=phonenumbers.Leniency.POSSIBLE)
    if not any(len(str(match.number.national_number)) >= WHOLE_NUMBER_MIN for match in found):
        raise Unusable("bad_phone")
    return number


def text(body: Body, column: str) -> str:
    return needed(text_or_none(body, column), "no_text")


def phone(body: Body, column: str) -> str:
    return _callable(text(body, column))


def cut_text(body: Body, column: str) -> str:
    """Text of which the beginning will do (never a telephone number); raises where there is none."""
    value = body.get(column)
    return text({column: typed.line(value)[:TEXT_MAX]} if isinstance(value, str) else body, column)


def flag(body: Body, column: str) -> bool:
    value = cell(body, column)
    if not isinstance(value, bool):
        raise Unusable("bad_flag")
    return value


def day_or_none(body: Body, column: str) -> date | None:
    """A date; None for none. date.max: always, or later than the calendar goes; date.min: as early."""
    value = cell(body, column)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unusable("bad_date")
    return value


def day(body: Body, column: str) -> date:
    return needed(day_or_none(body, column), "no_date")


def end_or_none(body: Body, column: str) -> date | None:
    """The first day that something is not; None where no end is known, or none that anybody will see."""
    value = day_or_none(body, column)
    return None if value == date.max else value


def born(body: Body, column: str, today: date) -> date:
    """A day on which somebody who is at school can have been born; a day more, for clocks and zones."""
    value = day(body, column)
    if not BORN_MIN <= value <= today + timedelta(days=1):
        raise Unusable("bad_date")
    return value


@dataclass(frozen=True, slots=True)
class Span:
    """From a day until another (the first day that it is not), or without a known end.

    `wrong` names the column that cannot be read, and why; then the span is as wide as it may be.
    """

    starts: date
    ends: date | None
    wrong: tuple[str, str] | None = None


def span(body: Body, starts: str, ends: str) -> Span:
    """What two columns hold. An end before all days (date.min) is over, whenever it began."""
    try:
        last = end_or_none(body, ends)
    except Unusable as why:
        return Span(date.min, None, (ends, str(why)))
    try:
        first = day(body, starts)
    except Unusable as why:
        return Span(date.min, last, (starts, str(why)))
    if last is not None and date.min < last < first:
        return Span(date.min, None, (ends, "ends_first"))
    return Span(first, last)


def moment(body: Body, column: str) -> datetime:
    """A time with its zone."""
    value = cell(body, column)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Unusable("bad_date")
    return value


def upn(value: object) -> str:
    """A unique pupil number of the right form. Its check letter is not judged: the source has it so."""
    written = typed.upn(value) if isinstance(value, str) else ""
    if not FORM.fullmatch(written):
        raise Unusable("bad_upn")
    return written


def urn(body: Body, column: str) -> str:
    """A school's number, six digits."""
    value = typed.plain(str(cell(body, column)))
    if not URN.fullmatch(value) or not value.isascii():
        raise Unusable("bad_urn")
    return value
