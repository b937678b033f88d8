"""Dates and times as people in England type them and say them.

Of what is typed all is understood that can be; each way of being wrong has its own sentence.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from shared import typed
from shared.clock import LONDON

YEAR_MIN, YEAR_MAX = 1900, 2100
"""No date that is asked for is outside of these; years near 1 and 9999 leave the calendar when days are added."""

PARTS = ("day", "month", "year")
BOX_MAX = 40
ONE_BOX_MAX = 5
"""More than this in one box, with nothing in the others, was meant as a whole date."""
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
TIME = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?\s*([ap]\.?\s?m\.?)?", re.IGNORECASE)
NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
APART = re.compile(r"[\s/.,-]+")
ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
YEAR = re.compile("[0-9]{4}|[0-9]{2}")
CENTURY_TURNS = 50
"""Of a year of two digits: from here on it is one of the last century."""
UNBROKEN = re.compile("[0-9]{8}")
"""A whole date without anything between its parts: 28022014, 20140228."""
NOT_KNOWN = "XX"
BOXES = "must be a day, a month and a year, each in its own box, like 5 3 2014"


def read_date(day: str, month: str, year: str) -> date | None:
    """The date, or None when there is none.

    A month may be a word, a year may have two digits, digits may be of any script, and a whole date may stand in one of
    the boxes, as it comes from a copy: 28/02/2014, 2014-02-28, 28 February 2014, 28022014.
    """
    numbers = _numbers(_boxes(day, month, year))
    return _date(numbers) if numbers else None


def typed_date(fields: Mapping[str, str], name: str, what: str) -> tuple[date | None, list[tuple[str, str]]]:
    """The date in three boxes, and what to mend. Nothing typed: neither. `what` begins the sentence: "Date of birth".

    A date that is given back is between YEAR_MIN and YEAR_MAX.
    """
    boxes = _boxes(*(fields.get(f"{name}-{part}", "") for part in PARTS))
    if not any(boxes):
        return None, []
    numbers = _numbers(boxes)
    why = _fault(numbers) if numbers else _unread(boxes)
    return (None, [(f"{name}-day", f"{what} {why}")]) if why or not numbers else (_date(numbers), [])


def typed_birth(fields: Mapping[str, str], name: str, what: str) -> tuple[str | None, list[tuple[str, str]]]:
    """A date of birth of which the day or the month need not be known, else as typed_date.

    As a question writes it (ISO 8601-2): 2014-03-05, 2014-03-XX, 2014-XX-05.
    """
    part = _part(_boxes(*(fields.get(f"{name}-{part}", "") for part in PARTS)))
    if part is None:
        born, faults = typed_date(fields, name, what)
        return (born.isoformat() if born else None), faults
    day, month, year = part
    if why := _fault((day or 1, month or 1, year)):
        return None, [(f"{name}-day", f"{what} {why}")]
    return f"{year:04}-{_two(month)}-{_two(day)}", []


def _part(boxes: tuple[str, str, str]) -> tuple[int | None, int | None, int] | None:
    """Day, month and year, where one of the first two was left out: in the boxes, or in one box, like May 2014."""
    filled = [box for box in boxes if box]
    halves = _apart(filled[0]) if len(filled) == 1 else []
    day, month, year = ("", *halves) if len(halves) == 2 and len(halves[1]) == 4 else boxes
    number, found = _month(month), ORDINAL.fullmatch(day)
    if not YEAR.fullmatch(year) or (not day) == (not month) or (month and number is None) or (day and not found):
        return None
    return (int(found[1]) if found else None), number, _year(year)


def _two(part: int | None) -> str:
    return NOT_KNOWN if part is None else f"{part:02}"


def birth(born: str) -> str:
    """A date of birth as a question writes it: 5 March 2014 · March 2014 (day not known) · 5 (month not known) 2014."""
    year, month, number = born.split("-")
    if NOT_KNOWN not in (month, number):
        return day(date.fromisoformat(born))
    if number == NOT_KNOWN:
        return f"{MONTHS[int(month) - 1].capitalize()} {year} (day not known)"
    return f"{int(number)} (month not known) {year}"


def _boxes(*typed_in: str) -> tuple[str, str, str]:
    day, month, year = (_plain(text[:BOX_MAX]) for text in typed_in)
    return day, month, year


def _plain(text: str) -> str:
    """Without what nobody sees; digits of any script as 0 to 9, every dash as a hyphen."""
    return typed.phone(text)


def _numbers(boxes: tuple[str, str, str]) -> tuple[int, int, int] | None:
    """Day, month and year as numbers, whatever date they make; None where one of them cannot be read."""
    day, month, year = _whole([box for box in boxes if box]) or boxes
    found, number = ORDINAL.fullmatch(day), _month(month)
    if not found or number is None or not YEAR.fullmatch(year):
        return None
    return int(found[1]), number, _year(year)


def _year(digits: str) -> int:
    """Of two digits one of the last hundred years or so: 14 is 2014, 86 is 1986."""
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= CENTURY_TURNS else 2000)


def _whole(filled: list[str]) -> tuple[str, str, str] | None:
    """A whole date out of the one box that something was typed into."""
    parts = _apart(filled[0]) if len(filled) == 1 else []
    if len(parts) != 3:
        return None
    first, second, third = parts
    if len(first) == 4 and first.isdecimal():
        return third, second, first
    return (second, first, third) if first.isalpha() else (first, second, third)


def _apart(text: str) -> list[str]:
    if not UNBROKEN.fullmatch(text):
        return [part for part in APART.split(text) if part]
    day_first = text[4:6] in ("19", "20")  # else the year is: no month is called so
    return [text[:2], text[2:4], text[4:]] if day_first else [text[:4], text[4:6], text[6:]]


def _month(text: str) -> int | None:
    """A number as it is, or the number of a month by its name or the beginning of it."""
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text)
    word = text.lower().rstrip(".")
    return next((n for n, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)), None)


def _date(numbers: tuple[int, int, int]) -> date | None:
    day, month, year = numbers
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _fault(numbers: tuple[int, int, int]) -> str | None:
    if not YEAR_MIN <= numbers[2] <= YEAR_MAX:
        return f"must have a year from {YEAR_MIN} to {YEAR_MAX}"
    return None if _date(numbers) else "must be a real date"


def _unread(boxes: tuple[str, str, str]) -> str:
    """What to mend in boxes that make no date."""
    filled = [box for box in boxes if box]
    day, month, year = _whole(filled) or boxes
    missing = [part for part, box in zip(PARTS, (day, month, year), strict=True) if not box]
    if missing:
        pasted = len(filled) == 1 and len(filled[0]) > ONE_BOX_MAX
        return BOXES if pasted else f"must include a {' and a '.join(missing)}"
    wrong = [
        (not ORDINAL.fullmatch(day), "must have a day that is a number, like 5"),
        (_month(month) is None, "must have a month that is a number or a name, like 3 or March"),
        (not YEAR.fullmatch(year), "must have a year of 4 digits, like 2014"),
    ]
    return next((why for is_wrong, why in wrong if is_wrong), BOXES)


def read_time(text: str) -> time | None:
    """A time as people write it (2:30pm, 14.30, 2 pm, noon); None when it is not one."""
    plain = _plain(text[:BOX_MAX])
    if named := NAMED_TIMES.get(plain.lower()):
        return named
    match = TIME.fullmatch(plain)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if (half and not 1 <= hour <= 12) or not (half or match[2]):
        return None
    hour = hour % 12 + (12 if half.startswith("p") else 0) if half else hour
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def read_moment(day: date, text: str) -> datetime | None:
    """A time on a day in England; None when it is not one."""
    at = read_time(text)
    return datetime.combine(day, at, LONDON) if at is not None else None


def clock(moment: datetime) -> str:
    return moment.astimezone(LONDON).strftime("%H:%M")


def day(value: date) -> str:
    return f"{value.day} {value.strftime('%B %Y')}"


def moment(value: datetime, now: datetime) -> str:
    """14:02 today · 14:02 yesterday · 14:02 on 3 April 2026."""
    then, today = value.astimezone(LONDON).date(), now.astimezone(LONDON).date()
    near = {today: "today", today - timedelta(days=1): "yesterday"}
    return f"{clock(value)} {near.get(then, f'on {day(then)}')}"


def due(value: datetime) -> str:
    """14:02 on Tuesday 24 November 2026."""
    local = value.astimezone(LONDON)
    return f"{clock(value)} on {local.strftime('%A')} {day(local.date())}"


def stamp(value: datetime) -> str:
    """3 April 2026 14:02:11."""
    local = value.astimezone(LONDON)
    return f"{day(local.date())} {local.strftime('%H:%M:%S')}"
