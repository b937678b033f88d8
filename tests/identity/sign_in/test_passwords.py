"""Passwords, sealing and the settings they stand on."""

from __future__ import annotations

import asyncio
import threading

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import ValidationError

from services.identity import sealing
from services.identity.passwords import Passwords, hashed, matches
from services.identity.settings import Settings
from tests.identity.scene import HASH, PASSWORD

KEY = b"k" * 32


async def test_a_password_matches_its_own_hash_alone() -> None:
    keeper = Passwords()
    assert await keeper.match(HASH, PASSWORD) is True
    assert await keeper.match(HASH, PASSWORD + "!") is False
    assert await keeper.match(None, PASSWORD) is False
    assert HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_same_letters_typed_in_another_form_match() -> None:
    assert await Passwords().match(hashed("café au lait"), " cafe\u0301 au lait ") is True


async def test_nobodys_password_costs_a_hash_too() -> None:
    checked: list[str] = []

    def check(kept: str, typed: str) -> bool:
        checked.append(kept)
        return matches(kept, typed)

    assert await Passwords(check=check).match(None, PASSWORD) is False
    assert [kept.rsplit("$", 2)[0] for kept in checked] == [HASH.rsplit("$", 2)[0]]


async def test_only_so_many_are_hashed_at_once_and_the_rest_do_not_wait_for_ever() -> None:
    let_go, hashing = threading.Event(), threading.Semaphore(0)

    def check(*_: str) -> bool:
        hashing.release()
        return let_go.wait(10)

    keeper = Passwords(at_once=2, turn_s=0.05, check=check)
    held = [asyncio.create_task(keeper.match(HASH, PASSWORD)) for _ in range(2)]
    await asyncio.to_thread(lambda: [hashing.acquire(timeout=10) for _ in held])
    assert await keeper.match(HASH, PASSWORD) is None
    let_go.set()
    assert await asyncio.gather(*held) == [True, True]
    assert await keeper.match(HASH, PASSWORD) is True


def test_what_is_sealed_opens_with_its_key_and_in_its_place_alone() -> None:
    sealed = sealing.seal(KEY, b"secret", "account/1")
    assert sealing.unseal(KEY, sealed, "account/1") == b"secret"
    assert b"secret" not in sealed
    assert sealed != sealing.seal(KEY, b"secret", "account/1")
    for key, bytes_, place in (
        (KEY, sealed, "account/2"),
        (b"x" * 32, sealed, "account/1"),
        (KEY, sealed[:-1], "account/1"),
    ):
        with pytest.raises(InvalidTag):
            sealing.unseal(key, bytes_, place)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {sealing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "not base64!"])
def test_a_wrong_sealing_key_is_refused_and_not_repeated(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_SEALING_KEY", key)
    with pytest.raises(ValidationError) as told:
        Settings()
    assert not key or key not in str(told.value)
