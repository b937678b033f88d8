"""The reference of a referral: how it is drawn, and how one that somebody typed is read. Pure."""

from collections.abc import Callable

from shared import typed

LETTERS = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 (no I, L, O, U) without 0: 31 is prime, so the check character notices every wrong character and
every two that changed places."""
DRAWN = 6  # 31 ** 6: 887 million
READ_AS = str.maketrans({"I": "1", "L": "1"})
FORM = "A reference has 7 letters and digits, like ABC-DEF-G"
WRONG = "Check it: one character is wrong"


def check_character(body: str) -> str:
    """The last character of a reference: each character's value times its place, 1 to 6, summed, mod 31."""
    total = sum(place * LETTERS.index(c) for place, c in enumerate(body, start=1))
    return LETTERS[total % len(LETTERS)]


class ReferencesExhausted(Exception):
    """No free reference was drawn: the source of chance is broken."""


def new_reference(choose: Callable[[str], str]) -> str:
    """XXX-XXX-X: short enough to read out on the telephone. `choose` draws one character, as secrets.choice does."""
    body = "".join(choose(LETTERS) for _ in range(DRAWN))
    return f"{body[:3]}-{body[3:]}-{check_character(body)}"


def _typed(value: str) -> str:
    """What was typed, as far as it may be a reference: capitals without spaces and hyphens."""
    return typed.code(value).upper().translate(READ_AS)


def reference_fault(value: str) -> str | None:
    """What to mend in a reference that was typed, in words; None: nothing."""
    plain = _typed(value)
    if len(plain) != DRAWN + 1 or not (plain.isascii() and plain.isalnum()):
        return FORM
    right = set(plain) <= set(LETTERS) and check_character(plain[:-1]) == plain[-1]
    return None if right else WRONG


def tidy_reference(value: str) -> str | None:
    """A reference as it is kept, however it was typed; None: mistyped, by its form or its check character."""
    plain = _typed(value)
    return None if reference_fault(value) else f"{plain[:3]}-{plain[3:6]}-{plain[6]}"
