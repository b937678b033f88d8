"""How two birth dates agree, in words."""

from datetime import date
from typing import Literal

from shared.matching.values import BornSought

Agreement = Literal["same", "swapped", "one_digit", "neighbour", "known", "one_part", "other"]
"""swapped: day and month. one_digit: of day, month or year, one digit is another, or its two last are exchanged.
neighbour: a day, a month or a year before or after. known: what is known of it is the same. one_part: of day, month and
year two are the same. other: not even that."""


def compare(sought: BornSought, born: date) -> Agreement:
    if sought.year == born.year and sought.month == born.month and sought.day == born.day:
        return "same"
    if not sought.is_whole:
        return _known(sought, born)
    parts = ((sought.year, born.year), (sought.month, born.month), (sought.day, born.day))
    differing = [(one, other) for one, other in parts if one != other and one is not None]
    if len(differing) == 1:
        return _one_part(*differing[0])
    is_swapped = sought.year == born.year and sought.month == born.day and sought.day == born.month
    return "swapped" if is_swapped else "other"


def _known(sought: BornSought, born: date) -> Agreement:
    parts = ((sought.year, born.year), (sought.month, born.month), (sought.day, born.day))
    return "known" if all(one in (None, other) for one, other in parts) else "other"


def _one_part(one: int, other: int) -> Agreement:
    """How one part differs while the two others are the same."""
    typed, recorded = f"{one:02}", f"{other:02}"
    if sum(a != b for a, b in zip(typed, recorded, strict=False)) == 1:
        return "one_digit"
    if typed[-2:] == recorded[-2:][::-1] and typed[:-2] == recorded[:-2]:
        return "one_digit"
    return "neighbour" if abs(one - other) == 1 else "one_part"
