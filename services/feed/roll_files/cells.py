"""Single cells of a roll: UPNs and days as schools' systems write them, and as Excel leaves them. Pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from shared import typed
from shared.upn import FORM, fault

NAME_MAX, RAW_MAX = 150, 40
AGE_MAX_YEARS = 26
"""Nobody older is on a school's roll: special schools and colleges have people to 25."""
EXCEL_DAY_ZERO = date(1899, 12, 30)
SERIAL = re.compile(r"[2-6]\d{4}(?:\.0+)?")
"""A day as Excel counts it: 1954 to 2091."""
SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})(?: 0?0:00(?::00)?)?")
ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?|(\d{4})(\d{2})(\d{2})")
NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- /]?([A-Za-z]{3,9})\.?[-, /]+(\d{2}|\d{4})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NONE = frozenset(("", "-", "n/a", "na", "none", "null", "unknown", "nil", "not known", "noupn", "notknown", "(none)"))
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+")

HASHES = "was cut off by Excel (#####). Make the column wider and save the file again"


class CellFault(Exception):
    """A cell cannot be read. The argument goes on after "Row 3: the date of birth "."""


def cleaned(text: str) -> str:
    """A cell without what spreadsheets put around it: ="B8012…", a leading apostrophe, hard spaces."""
    found = typed.line(text)
    if found.startswith('="') and found.endswith('"'):
        found = found[2:-1]
    return typed.line(found.removeprefix("'")) if found.startswith("'") and len(found) > 1 else found


def name(text: str) -> str:
    """A name of one line. Raises CellFault for what is none."""
    found = cleaned(text)
    if len(found) > NAME_MAX:
        raise CellFault("is too long. Check that the columns are in their places")
    if found and not any(c.isalpha() for c in found):
        raise CellFault("has no letters. Check that the columns are in their places")
    return found


def upn(text: str) -> str | None:
    """A right UPN; None for none. Raises CellFault."""
    found = typed.upn(cleaned(text))
    if found.casefold() in NONE:
        return None
    _whole(found)
    if SCIENTIFIC.fullmatch(found):
        raise CellFault("was changed by Excel (8.01E+11). Format the column as text, and export the roll again")
    if re.fullmatch(r"\d{12}", found):
        raise CellFault("has no letter at its beginning. Export the roll again, with whole UPNs")
    if why := fault(found):
        raise CellFault(_after_the_upn(why))
    return found


def _whole(text: str) -> None:
    if set(text) == {"#"}:
        raise CellFault(HASHES)


def _after_the_upn(why: str) -> str:
    """What is said of a typed UPN, as the end of a sentence about it."""
    end = why.removeprefix("The UPN").removeprefix("'s").strip()
    return end.replace("check letter does", "has a check letter that does")


def upns(text: str) -> tuple[str, ...]:
    """The right ones of a list."""
    return tuple(one for one in re.split(r"[;,|\s]+", typed.upn(text)) if FORM.fullmatch(one))


def order_of(texts: Iterable[str]) -> str:
    """How the days of a file are written: `day` first, `month` first, or `both`, which nobody can read."""
    found = [match for text in texts if (match := SLASHED.fullmatch(typed.line(text)))]
    month_first, day_first = any(int(m[2]) > 12 for m in found), any(int(m[1]) > 12 for m in found)
    return "both" if month_first and day_first else "month" if month_first else "day"


def day(text: str, today: date) -> date | None:
    """A day in any of the ways it is written, day before month; None for none. Raises CellFault."""
    found = cleaned(text)
    if found.casefold() in NONE:
        return None
    _whole(found)
    if SERIAL.fullmatch(found):
        return EXCEL_DAY_ZERO + timedelta(days=int(float(found)))
    try:
        return date(*_parts(found, today))
    except (ValueError, TypeError):
        raise CellFault("is not a date that can be read. Write it like 23/04/2014") from None


def _parts(text: str, today: date) -> tuple[int, int, int]:
    """Year, month, day. Raises ValueError."""
    if match := ISO.fullmatch(text):
        year, month, day = (part for part in match.groups() if part)
        return int(year), int(month), int(day)
    if match := SLASHED.fullmatch(text):
        return _year(match[3], today), int(match[2]), int(match[1])
    if match := NAMED.fullmatch(text):
        return _year(match[3], today), MONTHS.index(match[2][:3].lower()) + 1, int(match[1])
    raise ValueError


def _year(text: str, today: date) -> int:
    """14 is 2014, and 98 is 1998."""
    if len(text) == 4:
        return int(text)
    return (today.year // 100 * 100 if int(text) <= today.year % 100 else today.year // 100 * 100 - 100) + int(text)


def born(text: str, today: date) -> date | None:
    """A day on which somebody on a school's roll can be born. Raises CellFault."""
    found = day(text, today)
    if found is None:
        return None
    if found > today:
        raise CellFault("is in the future. Check the year")
    if found.year < today.year - AGE_MAX_YEARS:
        raise CellFault("would make the child too old for a school. Check the year")
    return found


def raw(text: str) -> str:
    """What cannot be read, as it is kept: never a right value of any kind."""
    return f"? {cleaned(text)[:RAW_MAX]}"
