"""What a client must show: its secret, for an access token; then that token, and its SupplierKey, with each request."""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

CLIENT = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
ALGORITHM = "HS256"
TOKEN_S = 900
AUDIENCE = "feed/push"


@dataclass(frozen=True, slots=True)
class PushClient:
    """A council's sender: digests of what it must show, and the key by which its access tokens are signed."""

    id: str
    la_code: str
    secret: bytes
    supplier: bytes
    signs: bytes


NOBODY = PushClient("", "", sha256(b"").digest(), sha256(b"").digest(), bytes(32))
"""Is compared with where no such client is known, so that it takes as long."""


def digest(shown: str) -> bytes:
    return sha256(shown.encode()).digest()


def has_shown(client: PushClient | None, secret: str) -> bool:
    """Whether this is the client's secret; it takes as long where there is no such client."""
    fits = compare_digest(digest(secret), (client or NOBODY).secret)
    return fits and client is not None


def may_send(client: PushClient, supplier: str, la_code: str) -> bool:
    """Whether this is its SupplierKey, and its authority."""
    return compare_digest(digest(supplier), client.supplier) and client.la_code == la_code


def named_client(written: object) -> str:
    """A client's name, if this can be one; else none."""
    return written if isinstance(written, str) and CLIENT.fullmatch(written) else ""


def client_of(shown: str) -> str:
    """The client that an access token names; it is not believed yet. Empty: it names none."""
    try:
        named = extract_compact(shown.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return ""
    return named_client(named)


def token(client: PushClient, now_s: int) -> str:
    """An access token of TOKEN_S seconds."""
    claims = {"aud": AUDIENCE, "sub": client.id, "iat": now_s, "exp": now_s + TOKEN_S}
    return jwt.encode({"alg": ALGORITHM, "kid": client.id}, claims, _key(client), algorithms=[ALGORITHM])


def is_signed(client: PushClient | None, shown: str, now_s: int) -> bool:
    """Whether this is an access token of the client's, and in time."""
    of = client or NOBODY
    try:
        claims = jwt.decode(shown, _key(of), algorithms=[ALGORITHM]).claims
        rules = jwt.JWTClaimsRegistry(
            now=lambda: now_s, aud={"essential": True, "value": AUDIENCE}, sub={"essential": True, "value": of.id},
            exp={"essential": True}, iat={"essential": True},
        )  # fmt: skip
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return client is not None


def _key(client: PushClient) -> OctKey:
    return OctKey.import_key(client.signs)
