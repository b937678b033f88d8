"""What is sealed, and the settings that it stands on."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import ValidationError

from services.identity import sealing
from services.identity.settings import Settings

KEY = b"k" * 32


def test_sealed_bytes_open_only_with_their_key_and_in_their_place() -> None:
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
def test_a_malformed_sealing_key_is_refused_and_not_quoted(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_SEALING_KEY", key)
    with pytest.raises(ValidationError) as told:
        Settings()
    assert not key or key not in str(told.value)
