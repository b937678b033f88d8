"""A case system that takes referrals over HTTPS: signed JSON (a JWS), the PDF and the files.

`PUT {url}/{reference}` is multipart/form-data: `referral` (a compact JWS, application/jose, whose payload has the
SHA-256 of all the rest), `receipt` (the PDF), then a part `file` for each file. 200 or 201 with {"number": …}
acknowledges; 202 says that the number is still to come, and `GET {url}/{reference}` is asked for it: 200 with the
number, 202 not yet, 404 it is not there.
"""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import quote

import httpx
from joserfc import jws
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.referrals.case_systems.domain import CaseSystem, NotHandedOver, NotThere, Package
from services.referrals.settings import Settings
from shared.typed import Line

ALGORITHM = "Ed25519"
TYPE = "referral+jws"
ANSWER_MAX_BYTES = 16 * 1024
CONNECT_S, WITHIN_S = 5.0, 15.0


class NumberTold(BaseModel):
    """What the source answers; other fields are passed over. A number may be one of JSON's; of a text what can be seen
    of one line is its number, for a database does not keep NUL and an officer is to read it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, coerce_numbers_to_str=True)

    number: Line = Field(min_length=1, max_length=100)


@dataclass(frozen=True)
class Endpoint:
    client: httpx.AsyncClient
    url: str
    key: OKPKey

    async def send(self, package: Package) -> str | None:
        boundary = token_hex(16)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return await self._asked("PUT", package.reference, headers, self._parts(package, boundary))

    async def look(self, reference: str) -> str | None:
        return await self._asked("GET", reference)

    async def _asked(
        self, method: str, reference: str, headers: dict[str, str] | None = None,
        content: AsyncIterator[bytes] | None = None,
    ) -> str | None:  # fmt: skip
        url = f"{self.url.rstrip('/')}/{quote(reference, safe='')}"
        try:
            async with self.client.stream(method, url, headers=headers, content=content) as response:
                return _number(response.status_code, await _short(response), method)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise NotHandedOver("away") from None

    async def _parts(self, package: Package, boundary: str) -> AsyncIterator[bytes]:
        signed = jws.serialize_compact(
            {"alg": ALGORITHM, "typ": TYPE, "kid": self.key.thumbprint()}, package.body(), self.key,
            algorithms=[ALGORITHM],
        )  # fmt: skip
        yield _head(boundary, "referral", "application/jose") + signed.encode()
        yield _head(boundary, "receipt", "application/pdf", f"referral-{package.reference}.pdf") + package.pdf
        for place, file in enumerate(package.files, start=1):
            yield _head(boundary, "file", file.type, f"{place}")
            async for piece in file.content():
                yield piece
        yield f"\r\n--{boundary}--\r\n".encode()


def _head(boundary: str, name: str, kind: str, filename: str | None = None) -> bytes:
    """The head of one part. Names of files are in the signed data: here they are only counted, 1, 2, 3."""
    file = f'; filename="{filename}"' if filename else ""
    lines = (f"--{boundary}", f'Content-Disposition: form-data; name="{name}"{file}', f"Content-Type: {kind}")
    return "".join(f"\r\n{line}" for line in (*lines, "", "")).encode()


async def _short(response: httpx.Response) -> bytes:
    """The answer; NotHandedOver where it is longer than any answer is."""
    read = b""
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > ANSWER_MAX_BYTES:
            raise NotHandedOver("unreadable")
    return read


def _number(status: int, answer: bytes, method: str) -> str | None:
    if status in (200, 201):
        try:
            return NumberTold.model_validate_json(answer).number
        except ValidationError:
            raise NotHandedOver("unreadable") from None
    if status == 202:
        return None
    if status == 404 and method == "GET":
        raise NotThere
    raise NotHandedOver("away" if status >= 500 or status == 429 else "refused")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[CaseSystem]:
    """TLS, with the authorities of the machine or those of `transfer_ca_file`; no redirect is followed."""
    key = OKPKey.import_key(json.loads(settings.transfer_key.get_secret_value()))
    trusted = ssl.create_default_context(cafile=settings.transfer_ca_file)
    token = settings.transfer_token.get_secret_value()
    headers = {"authorization": f"Bearer {token}"} if token else {}
    timeout = httpx.Timeout(WITHIN_S, connect=CONNECT_S)
    async with httpx.AsyncClient(verify=trusted, headers=headers, timeout=timeout, trust_env=False) as client:
        yield Endpoint(client, settings.transfer_url, key)
