"""Unique pupil numbers of nobody: the right check letter, in a local authority code that none has."""

from shared.upn import check_letter

AUTHORITY = "999"


def upn(rest: str) -> str:
    """Put the check letter before the other twelve characters."""
    return check_letter(f" {rest}") + rest


def numbered(number: int, *, establishment: int, year: int) -> str:
    """The UPN of the nth child: its thousands run on in the establishment, so that each is given once."""
    return upn(f"{AUTHORITY}{establishment + number // 1000:04d}{year % 100:02d}{number % 1000:03d}")
