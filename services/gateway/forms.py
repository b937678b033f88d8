"""How forms come and go: read within bounds, proved to be ours, with what they carry sealed against eyes and hands."""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Generic, Literal, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from services.gateway.domain import Hidden

FIELDS_MAX = 40
FIELD_MAX_BYTES = 60 * 1024
NONCE_BYTES = 12
TAG_BYTES = 16
MASK_BYTES = sha256().digest_size
TOKEN = re.compile(rf"[0-9a-f]{{{4 * MASK_BYTES}}}")  # the mask, then the masked proof

H = TypeVar("H", bound=Hidden)


class Malformed(Exception):
    """The form cannot be read."""


Over = Literal["school", "sign_in", "old", "unknown"]


class FormOver(Exception):
    """The form is not of this sign-in and this school, is too old, or is not ours. Nothing of it was done.

    `why`: school (another is acted for now), sign_in (another has begun since), old, or unknown.
    """

    def __init__(self, why: Over = "unknown") -> None:
        super().__init__(why)
        self.why = why


async def read(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; lines end with one character, as the counters on the page count."""
    fields: dict[str, str] = {}
    async with request.form(max_files=0, max_fields=FIELDS_MAX, max_part_size=FIELD_MAX_BYTES) as form:
        for name, value in form.multi_items():
            if not isinstance(value, str) or "\x00" in value or len(fields) > FIELDS_MAX:
                raise Malformed
            fields[name] = value.replace("\r\n", "\n").replace("\r", "\n")
    return fields


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose page it is: the account, this sign-in of it, and the role and school acted for."""

    account: UUID
    session: UUID
    acting: str


class _Sealed(BaseModel, Generic[H]):
    model_config = ConfigDict(hide_input_in_errors=True)

    account: UUID
    session: UUID
    acting: str
    until: AwareDatetime
    value: H


def _line(address: str) -> str:
    """Whose line an address is on: one has a whole /64 of IPv6, and takes another of it every day (RFC 8981)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def _masked(mask: bytes, value: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, value, strict=True))


class Forms:
    """Form tokens and sealed fields, under two keys derived from one secret."""

    def __init__(self, secret: SecretStr, life: timedelta) -> None:
        root = secret.get_secret_value().encode()
        self._tokens = hmac.digest(root, b"portal form tokens", sha256)
        self._origins = hmac.digest(root, b"portal origins", sha256)
        self._seals = AESGCM(hmac.digest(root, b"portal sealed fields", sha256))
        self._life = life

    def token(self, cookie: str, acting: str = "") -> str:
        """Proves that a form came from a page given to this sign-in, acting for this school.

        Masked anew each time, so that a compressed page tells nothing of it by its length (BREACH, 2013).
        """
        mask = os.urandom(MASK_BYTES)
        return (mask + _masked(mask, self._proof(cookie, acting))).hex()

    def _proof(self, cookie: str, acting: str) -> bytes:
        return hmac.digest(self._tokens, f"{cookie}\n{acting}".encode(), sha256)

    def proves(self, token: str, cookie: str, acting: str = "") -> bool:
        """Whether this is a token of that sign-in, acting so."""
        if not TOKEN.fullmatch(token):
            return False
        raw = bytes.fromhex(token)
        proof = _masked(raw[:MASK_BYTES], raw[MASK_BYTES:])
        return hmac.compare_digest(proof, self._proof(cookie, acting))

    def prove(self, token: str, cookie: str, acting: str = "") -> None:
        """Raises FormOver."""
        if not self.proves(token, cookie, acting):
            raise FormOver

    def origin(self, address: str) -> str:
        """An opaque stand-in for an address, so that tries can be counted and nobody be traced."""
        return hmac.digest(self._origins, _line(address).encode(), sha256).hex()[:32]

    def seal(self, holder: Holder, value: Hidden, now: datetime) -> str:
        """A hidden field: nobody can read it, change it, or use it for another page, person, sign-in or school."""
        kind = type(value)
        sealed = _Sealed[kind](  # type: ignore[valid-type]
            account=holder.account, session=holder.session, acting=holder.acting, until=now + self._life, value=value
        )
        nonce = os.urandom(NONCE_BYTES)
        closed = self._seals.encrypt(nonce, sealed.model_dump_json().encode(), kind.__name__.encode())
        return urlsafe_b64encode(nonce + closed).decode()

    def open(self, holder: Holder, kind: type[H], text: str, now: datetime) -> H:
        """Raises FormOver."""
        found, value = self.peek(kind, text, now)
        if (found.account, found.session) != (holder.account, holder.session):
            raise FormOver("sign_in")
        if found.acting != holder.acting:
            raise FormOver("school")
        return value

    def peek(self, kind: type[H], text: str, now: datetime | None) -> tuple[Holder, H]:
        """What a sealed field of ours holds, and whose it is; `now` None: however old, to give back what was typed.

        Raises FormOver.
        """
        try:
            raw = urlsafe_b64decode(text.encode())
            opened = self._seals.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], kind.__name__.encode())
            sealed = _Sealed[kind].model_validate_json(opened)  # type: ignore[valid-type]
        except (ValueError, InvalidTag, ValidationError) as error:
            raise FormOver from error
        if now is not None and sealed.until < now:
            raise FormOver("old")
        return Holder(sealed.account, sealed.session, sealed.acting), sealed.value
