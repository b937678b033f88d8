"""Unique pupil numbers of nobody: the right check letter, in a local authority code that none has."""

from __future__ import annotations

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
AUTHORITY = "999"


def upn(rest: str) -> str:
    """Put the check letter first (DfE, A guide to UPNs: the sum of value x position, modulo 23)."""
    return LETTERS[sum(_value(c) * position for position, c in enumerate(rest, 2)) % len(LETTERS)] + rest


def numbered(number: int, *, establishment: int, year: int) -> str:
    """The UPN of the nth child: its thousands run on in the establishment, so that each is given once."""
    return upn(f"{AUTHORITY}{establishment + number // 1000:04d}{year % 100:02d}{number % 1000:03d}")


def _value(character: str) -> int:
    return int(character) if character.isdigit() else LETTERS.index(character)
