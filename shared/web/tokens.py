"""Access tokens: how identity writes them and how every other service reads them (RFC 9068, EdDSA by RFC 9864)."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jws import extract_compact
from joserfc.jwt import ClaimsOption

from shared.contracts import Role
from shared.observe.logs import log

ALGORITHM = "Ed25519"
ISSUER = "identity"
TYPE = "at+jwt"
LIFE_S = 300
LEEWAY_S = 5
KEYS_LIFE_S = 300.0
KEYS_AGAIN_S = 2.0  # an unknown key id is asked for at most this often, whoever sends it
FETCH_S = 2.0


class TokenRefused(Exception):
    """Sign in to do this."""


class KeysAway(Exception):
    """Who you are cannot be checked right now. Try again in a few minutes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which role, for which school, under which version of the operational agreement.

    The revisions are those of the account's and the school's state when the token was made; 0 where it does not say.
    """

    account: UUID
    session: UUID
    role: Role
    school: str | None
    agreement: str | None
    account_revision: int = 0
    school_revision: int = 0

    def indexed(self) -> dict[str, Any]:
        """What every fact says of who did it: the fields of `Fact` that audit indexes."""
        return {"actor": self.account, "role": self.role, "school": self.school, "agreement": self.agreement}


def sign(key: OKPKey, caller: Caller, audience: str, now_s: int, id: UUID) -> str:
    """A token of LIFE_S seconds for one audience."""
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    claims = {
        "iss": ISSUER, "aud": audience, "sub": str(caller.account), "sid": str(caller.session), "role": caller.role,
        "school": caller.school, "agreement": caller.agreement, "account_revision": caller.account_revision,
        "school_revision": caller.school_revision, "iat": now_s, "exp": now_s + LIFE_S, "jti": str(id),
    }  # fmt: skip
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def verified(token: str, keys: KeySet, audience: str) -> Caller:
    """Read a token; raise TokenRefused for anything that is not exactly one of ours, in time, for this audience."""
    try:
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        _claims_of(audience).validate(decoded.claims)
        if decoded.header.get("typ") != TYPE:
            raise TokenRefused
        return _caller(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenRefused from error


def _claims_of(audience: str) -> jwt.JWTClaimsRegistry:
    must: ClaimsOption = {"essential": True}
    iss: ClaimsOption = {"essential": True, "value": ISSUER}
    aud: ClaimsOption = {"essential": True, "value": audience}
    return jwt.JWTClaimsRegistry(leeway=LEEWAY_S, iss=iss, aud=aud, exp=must, iat=must, sub=must)


def _caller(claims: Mapping[str, Any]) -> Caller:
    """Revisions are optional: a token that does not say them is held against every state that is known."""
    if claims["role"] not in get_args(Role):
        raise ValueError
    return Caller(
        account=UUID(claims["sub"]),
        session=UUID(claims["sid"]),
        role=claims["role"],
        school=claims["school"],
        agreement=claims["agreement"],
        account_revision=_revision(claims, "account_revision"),
        school_revision=_revision(claims, "school_revision"),
    )


def _revision(claims: Mapping[str, Any], name: str) -> int:
    """Raises ValueError for what PostgreSQL's bigint does not hold."""
    revision = claims.get(name, 0)
    if type(revision) is not int or not 0 <= revision < 1 << 63:
        raise ValueError
    return revision


class Keys:
    """Identity's published keys, kept by key id."""

    def __init__(self, identity_url: str, client: httpx.AsyncClient) -> None:
        self._url = f"{identity_url}/.well-known/jwks.json"
        self._client = client
        self._kept = KeySet([])
        self._fetched_at = float("-inf")
        self._asked_at = float("-inf")
        self._away = False
        self._asking = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def caller(self, token: str, audience: str) -> Caller:
        """Who holds this token. Raises TokenRefused; KeysAway where its key is not known and cannot be fetched."""
        kid = _key_id(token)
        if not self._has(kid):
            async with self._asking:
                await self._ask(kid)
        elif time.monotonic() - self._fetched_at > KEYS_LIFE_S and (self._renewing is None or self._renewing.done()):
            # Nobody waits: known keys outlive identity's absence, for a token's own life bounds what they allow.
            self._renewing = asyncio.create_task(self._renew(kid))
        return verified(token, self._kept, audience)

    async def _renew(self, kid: str) -> None:
        with suppress(KeysAway):
            async with self._asking:
                await self._ask(kid)

    def _has(self, kid: str) -> bool:
        return any(key.kid == kid for key in self._kept.keys)

    async def _ask(self, kid: str) -> None:
        if time.monotonic() - self._asked_at >= KEYS_AGAIN_S:  # or another has just asked, or sends made-up key ids
            try:
                answer = await self._client.get(self._url, timeout=FETCH_S)
                self._kept = KeySet.import_key_set(answer.raise_for_status().json())
                self._fetched_at, self._away = time.monotonic(), False
            except Exception as error:  # whatever it answers that is no key set
                log.warning("keys not had", error=type(error).__name__)
                self._away = True
            finally:
                self._asked_at = time.monotonic()
        if self._away and not self._has(kid):
            raise KeysAway


def _key_id(token: str) -> str:
    try:
        kid = extract_compact(token.encode()).headers()["kid"]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenRefused from error
    if not isinstance(kid, str):
        raise TokenRefused
    return kid
