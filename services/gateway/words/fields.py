"""The fields of a form as they were typed, and what to mend in them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from services.gateway.words.names import PURPOSES
from shared import typed

Fields = Mapping[str, str]
Fault = tuple[str, str]
"""Which field of the page, and what to mend in it, in words for the person."""
KEPT_TIMES = 25
"""How many times its bound of what was pasted into a field comes back to be shortened; beyond that, the beginning."""


LEFT_OUT = "had characters that cannot be shown. They were left out. Check that what is below is what you mean"


def left_out(names: AbstractSet[str], *labels: tuple[str, str]) -> list[Fault]:
    """Of a form that is sent once, and for good: in which of its texts there were characters that are left out."""
    return [(name, f"{label} {LEFT_OUT}, then send it") for name, label in labels if name in names]


def too_long(fields: Fields, *bounds: tuple[str, str, int]) -> list[Fault]:
    """Which fields are longer than they may be; counted as the page's counter counts."""
    return [
        (name, f"{label} must be {most} characters or fewer")
        for name, label, most in bounds
        if typed.length(fields.get(name, "")) > most
    ]


def why_typed(fields: Fields, reason_max: int) -> tuple[dict[str, str], list[Fault]]:
    """Why somebody looks, as the form in why.html was sent, and what to mend before it is used."""
    purpose, reason = fields.get("purpose", ""), typed.line(fields.get("reason", ""))
    if purpose not in PURPOSES:
        return {}, [("purpose", "Choose why you are looking")]
    if purpose != "other":
        return {"purpose": purpose}, []
    faults = [] if reason else [("reason", "Enter why you are looking")]
    faults += too_long({"reason": reason}, ("reason", "Why you are looking", reason_max))
    return {"purpose": purpose, "reason": reason}, faults
