"""Secrets at rest: sealed (encrypted) where they must be read again, hashed where they need only be recognised."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
SECRET_BYTES = 32


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """AES-256-GCM with a random nonce in front. `place` names the row it is stored in: in another it does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_derived(key, "seal")).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag if key, place or bytes are not those of the sealing."""
    return AESGCM(_derived(key, "seal")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())


def keyed(key: bytes, text: str) -> bytes:
    """The same text gives the same 32 bytes, which tell nothing without the key (HMAC-SHA-256)."""
    return hmac.digest(_derived(key, "subject"), text.encode(), "sha256")


def new_secret() -> str:
    """An opaque 256-bit secret, safe in a header or a cookie."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> bytes:
    """What is stored of a secret of `new_secret`; it is random, so a plain SHA-256 cannot be inverted."""
    return sha256(secret.encode()).digest()


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"identity {purpose}".encode()).derive(key)
