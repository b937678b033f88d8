"""Sealing (encrypting) what is kept at rest and must be read again, each thing for its own place."""

import os
from base64 import urlsafe_b64decode
from typing import Annotated

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AfterValidator, SecretStr

NONCE_BYTES = 12
KEY_BYTES = 32


def _whole(key: SecretStr) -> SecretStr:
    if len(bytes_of(key)) != KEY_BYTES:
        raise ValueError("The sealing key must be 32 bytes in base64")
    return key


SealingKey = Annotated[SecretStr, AfterValidator(_whole)]
"""32 random bytes, base64 (URL alphabet): a service's setting, from which keys for each purpose are derived."""


def bytes_of(key: SecretStr) -> bytes:
    return urlsafe_b64decode(key.get_secret_value())


def derived(key: bytes, purpose: str) -> bytes:
    """The 32 bytes that serve one purpose of one service, as "identity seal" (HKDF-SHA-256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """AES-256-GCM with a random nonce in front. `place` names the row it is stored in: in another it does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag if key, place or bytes are not those of the sealing."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
