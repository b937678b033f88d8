"""Passwords: checked a few at once, and no faster where nobody has the address."""

from __future__ import annotations

import asyncio
import threading

from services.identity.sign_in.passwords import PasswordChecker, hashed, matches
from tests.identity.world import HASH, PASSWORD


async def test_a_password_matches_its_own_hash_alone() -> None:
    checker = PasswordChecker()
    assert await checker.match(HASH, PASSWORD) is True
    assert await checker.match(HASH, PASSWORD + "!") is False
    assert await checker.match(None, PASSWORD) is False
    assert HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_same_letters_typed_in_another_form_match() -> None:
    assert await PasswordChecker().match(hashed("café au lait"), " cafe\u0301 au lait ") is True


async def test_an_unknown_address_takes_as_long_as_a_known_one() -> None:
    checked: list[str] = []

    def check(kept: str, typed: str) -> bool:
        checked.append(kept)
        return matches(kept, typed)

    assert await PasswordChecker(check=check).match(None, PASSWORD) is False
    assert [kept.rsplit("$", 2)[0] for kept in checked] == [HASH.rsplit("$", 2)[0]]


async def test_two_passwords_are_checked_at_once_and_the_next_is_given_up_in_time() -> None:
    let_go, hashing = threading.Event(), threading.Semaphore(0)

    def check(*_: str) -> bool:
        hashing.release()
        return let_go.wait(10)

    checker = PasswordChecker(at_once=2, turn_s=0.05, check=check)
    held = [asyncio.create_task(checker.match(HASH, PASSWORD)) for _ in range(2)]
    await asyncio.to_thread(lambda: [hashing.acquire(timeout=10) for _ in held])
    assert await checker.match(HASH, PASSWORD) is None
    let_go.set()
    assert await asyncio.gather(*held) == [True, True]
    assert await checker.match(HASH, PASSWORD) is True
