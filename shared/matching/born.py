"""How two birth dates agree, in words."""

from datetime import date
from typing import Literal

from shared.matching.values import BornSought

DateAgreement = Literal[
    "same", "swapped", "beside", "exchanged", "one_digit", "one_part", "other",
    "no_day", "no_month", "no_year", "part_other",
]  # fmt: skip
"""swapped: day and month. beside: a day, a month or a year before or after. exchanged: two digits of one of them.
one_digit: one digit is another. one_part: of day, month and year two are the same. other: not even that.
no_day, no_month, no_year: that part is not known, the others are the same. part_other: a part is not known, and of the
others one differs."""


def compare(sought: BornSought, born: date) -> DateAgreement:
    year, month, day = sought.year, sought.month, sought.day
    parts = (year == born.year) + (month == born.month) + (day == born.day)
    if parts == 3:
        return "same"
    if year is None or month is None or day is None:
        return ("no_day" if day is None else "no_month" if month is None else "no_year") if parts == 2 else "part_other"
    if parts == 2:
        if year != born.year:
            return _one_part(year, born.year)
        return _one_part(month, born.month) if month != born.month else _one_part(day, born.day)
    return "swapped" if year == born.year and month == born.day and day == born.month else "other"


def _one_part(one: int, other: int) -> DateAgreement:
    """How one part differs while the two others are the same."""
    if abs(one - other) == 1:
        return "beside"
    typed, recorded = f"{one:02}", f"{other:02}"
    differing = [(a, b) for a, b in zip(typed, recorded, strict=False) if a != b]
    if len(differing) == 2 and differing[0] == differing[1][::-1]:
        return "exchanged"
    return "one_digit" if len(differing) == 1 else "one_part"
