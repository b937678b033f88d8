"""The unique pupil number: what a right one is, and in which words a wrong one is refused (DfE, A guide to UPNs)."""

import re

LENGTH = 13
VALUES = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The UPN's letters in order of their value 0 to 22: no I, O or S."""
FORM = re.compile(rf"[{VALUES}][0-9]{{11}}[0-9{VALUES}]")


def check_letter(upn: str) -> str:
    """The first letter that the other twelve characters of a well-formed UPN call for.

    Each character's value (a digit's own, a letter's place in VALUES) times its position, 2 to 13, summed, mod 23.
    """
    values = (int(c) if c.isdigit() else VALUES.index(c) for c in upn[1:])
    return VALUES[sum(position * value for position, value in enumerate(values, start=2)) % len(VALUES)]


def fault(upn: str) -> str | None:
    """What is wrong with a tidied UPN (shared.typed.upn), in words for the person; None: nothing.

    Never judged by its local authority: public lists of codes are old, and real codes are missing from them.
    """
    if len(upn) != LENGTH:
        return "The UPN must be 13 characters"
    if not FORM.fullmatch(upn):
        return "The UPN must be a letter and 12 digits (the last may be a letter)"
    if upn[0] != check_letter(upn):
        return "The UPN's check letter does not match. Check the first letter and the digits"
    return None
