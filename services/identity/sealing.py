"""Secrets at rest: sealed (encrypted) where they must be read again, hashed where they need only be recognised."""

import hmac
import secrets
from hashlib import sha256

from shared import sealing

SECRET_BYTES = 32


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """`place` names the row it is stored in: in another it does not open."""
    return sealing.seal(_derived(key, "seal"), plain, place)


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag if key, place or bytes are not those of the sealing."""
    return sealing.unseal(_derived(key, "seal"), sealed, place)


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
    return sealing.derived(key, f"identity {purpose}")
