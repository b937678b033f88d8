"""Passwords: hashed and checked with argon2id (RFC 9106), a few at once."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerificationError

AT_ONCE = 2  # each hash holds MEMORY_KIB and a core for some 40 ms
TURN_S = 5.0  # longer in the queue, and the person is asked to try again
MEMORY_KIB = 19 * 1024  # with two passes and one lane: OWASP's Password Storage Cheat Sheet, argon2id
PASSES = 2

HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)


def hashed(password: str) -> str:
    """The argon2id hash that is stored of a password (PHC string)."""
    return HASHER.hash(_prepared(password))


Check = Callable[[str, str], bool]


class PasswordChecker:
    """Checks passwords. A web process has one, which bounds how much memory and CPU strangers' guesses can take."""

    def __init__(self, at_once: int = AT_ONCE, turn_s: float = TURN_S, check: Check | None = None) -> None:
        self._check = check or matches
        self._turns = asyncio.Semaphore(at_once)
        self._turn_s = turn_s
        self._nobodys = hashed(secrets.token_urlsafe())

    async def match(self, kept: str | None, typed: str) -> bool | None:
        """Whether `typed` is the password of the hash `kept`; None: too many others are being checked.

        Without a hash (nobody has this email address) a made-up one is checked, so that the answer takes as long.
        """
        try:
            await asyncio.wait_for(self._turns.acquire(), self._turn_s)
        except TimeoutError:
            return None
        try:
            return await asyncio.to_thread(self._check, kept or self._nobodys, typed) and kept is not None
        finally:
            self._turns.release()


def matches(kept: str, typed: str) -> bool:
    try:
        return HASHER.verify(kept, _prepared(typed))
    except VerificationError:
        return False


def _prepared(password: str) -> str:
    """One form for the same letters typed on different keyboards (NIST SP 800-63B 3.1.1.2); no spaces from pasting."""
    return unicodedata.normalize("NFKC", password).strip()
