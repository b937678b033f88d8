"""What forms carry: the proof that they are ours, and fields that are sealed against eyes and hands."""

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from shared.sealing import seal, unseal
from shared.web.limits import line_of

MASK_BYTES = sha256().digest_size
TOKEN = re.compile(rf"[0-9a-f]{{{4 * MASK_BYTES}}}")  # the mask, then the masked proof


class Hidden(BaseModel):
    """Something that a page carries in a sealed field."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    sealed_as: ClassVar[str]
    """Part of the seal, so that one kind of field cannot be used as another. Pages that are open know it."""


class Rescued(Hidden):
    """What was typed into a form that could not be taken, for the same person to copy from."""

    sealed_as = "Kept"

    typed: dict[str, str]


H = TypeVar("H", bound=Hidden)


Over = Literal["school", "lost", "sign_in", "old", "unknown"]


class FormOver(Exception):
    """The form is not of this sign-in and this school, is too old, or is not ours. Nothing of it was done.

    `why`: school (another is acted for now), lost (the role ended, or nobody can act for the school at the moment),
    sign_in (another has begun since), old, or unknown.
    """

    def __init__(self, why: Over = "unknown") -> None:
        super().__init__(why)
        self.why = why


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


def _masked(mask: bytes, value: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, value, strict=True))


class Forms:
    """Form tokens and sealed fields, under two keys derived from one secret."""

    def __init__(self, secret: SecretStr, life: timedelta) -> None:
        root = secret.get_secret_value().encode()
        self._tokens = hmac.digest(root, b"portal form tokens", sha256)
        self._origins = hmac.digest(root, b"portal origins", sha256)
        self._seals = hmac.digest(root, b"portal sealed fields", sha256)
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
        return hmac.digest(self._origins, line_of(address).encode(), sha256).hex()[:32]

    def seal(self, holder: Holder, value: Hidden, now: datetime) -> str:
        """A hidden field: nobody can read it, change it, or use it for another page, person, sign-in or school."""
        kind = type(value)
        sealed = _Sealed[kind](  # type: ignore[valid-type]
            account=holder.account, session=holder.session, acting=holder.acting, until=now + self._life, value=value
        )
        return urlsafe_b64encode(seal(self._seals, sealed.model_dump_json().encode(), kind.sealed_as)).decode()

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
            opened = unseal(self._seals, urlsafe_b64decode(text.encode()), kind.sealed_as)
            sealed = _Sealed[kind].model_validate_json(opened)  # type: ignore[valid-type]
        except (ValueError, InvalidTag, ValidationError) as error:
            raise FormOver from error
        if now is not None and sealed.until < now:
            raise FormOver("old")
        return Holder(sealed.account, sealed.session, sealed.acting), sealed.value
