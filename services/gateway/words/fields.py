"""The fields of a form as they were typed, and what to mend in them."""

from __future__ import annotations

from collections.abc import Mapping

from shared import typed

Fields = Mapping[str, str]
Fault = tuple[str, str]
"""Which field of the page, and what to mend in it, in words for the person."""
KEPT_TIMES = 25
"""How many times its bound of what was pasted into a field comes back to be shortened; beyond that, the beginning."""


def too_long(fields: Fields, *bounds: tuple[str, str, int]) -> list[Fault]:
    """Which fields are longer than they may be; counted as the page's counter counts."""
    return [
        (name, f"{label} must be {most} characters or fewer")
        for name, label, most in bounds
        if typed.length(fields.get(name, "")) > most
    ]
