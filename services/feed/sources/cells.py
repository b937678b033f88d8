"""Reads single values of a source's rows, and says in one word what is wrong with one; never what it was."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from services.feed.domain import Body

TEXT_MAX = 300
EPOCH_DAY = date(1970, 1, 1)
UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
INFINITE = (2**31 - 1, -(2**31))
"""PostgreSQL's infinity and -infinity, as Debezium writes them."""
URN = re.compile(r"[0-9]{6}")


class Unusable(Exception):
    """A row lacks something that is needed, or has it in an impossible form. The argument is why, in one word."""


def is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def key_or_none(body: Body, column: str) -> int | None:
    """A reference to another row."""
    value = body.get(column)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def key(body: Body, column: str) -> int:
    value = key_or_none(body, column)
    if value is None:
        raise Unusable("no_key")
    return value


def text_or_none(body: Body, column: str) -> str | None:
    """Text without space around it and with single spaces in it; None for none or empty."""
    value = body.get(column)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise Unusable("bad_text")
    return " ".join(value.split()) or None


def text(body: Body, column: str) -> str:
    value = text_or_none(body, column)
    if value is None:
        raise Unusable("no_text")
    return value


def day_or_none(body: Body, column: str) -> date | None:
    """A date, which Debezium writes as days since 1970; None for none and for infinity."""
    value = body.get(column)
    if value is None:
        return None
    if not is_key(value):
        raise Unusable("bad_date")
    if value in INFINITE:
        return None
    try:
        return EPOCH_DAY + timedelta(days=value)
    except OverflowError:
        raise Unusable("bad_date") from None


def day(body: Body, column: str) -> date:
    value = day_or_none(body, column)
    if value is None:
        raise Unusable("no_date")
    return value


def interval(body: Body, starts: str, ends: str) -> tuple[date, date | None]:
    """From a day until another (the first day that it is not), or without a known end."""
    first, end = day(body, starts), day_or_none(body, ends)
    if body.get(ends) == min(INFINITE) or (end is not None and end < first):
        raise Unusable("ends_first")
    return first, end


def moment(body: Body, column: str) -> datetime:
    try:
        value = datetime.fromisoformat(body[column])
    except (KeyError, TypeError, ValueError):
        raise Unusable("bad_date") from None
    if value.tzinfo is None:
        raise Unusable("bad_date")
    return value


def upn(value: object) -> str:
    """A unique pupil number of the right form. Its check letter is not judged: the source has it so."""
    written = "".join(value.split()).upper() if isinstance(value, str) else ""
    if not UPN.fullmatch(written):
        raise Unusable("bad_upn")
    return written


def urn(body: Body, column: str) -> str:
    """A school's number, six digits."""
    value = str(body.get(column, "")).strip()
    if not URN.fullmatch(value):
        raise Unusable("bad_urn")
    return value
