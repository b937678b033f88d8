"""A plain HTTP/1.1 client, cheap enough not to be what is measured, and a lead who signs in and searches with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

from bench.portal import BenchFailed, Portal

RENEW_BEFORE = timedelta(seconds=60)
NONE: Mapping[str, str] = MappingProxyType({})


class OpenConnection:
    """One kept-alive connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def open(cls, url: str) -> Self:
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        return cls(reader, writer, place.netloc)

    async def ask(
        self, method: str, path: str, bearer: str | None, body: bytes, headers: Mapping[str, str] = NONE
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(request(method, path, self._host, bearer, body, headers))
        await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + len(b"content-length:")
        length = int(head[at : head.index(b"\r", at)])
        return int(head[9:12]), await self._reader.readexactly(length)

    @property
    def alive(self) -> bool:
        """Whether the server has not closed it, as it does with one that is idle for five seconds."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        self._writer.close()


def request(
    method: str, path: str, host: str, bearer: str | None, body: bytes, headers: Mapping[str, str] = NONE
) -> bytes:
    told = {"host": host, "content-type": "application/json", "content-length": str(len(body)), **headers}
    told |= {"authorization": f"Bearer {bearer}"} if bearer else {}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class OpenConnections:
    """Kept-alive connections to one service, as many as are in use at once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[OpenConnection] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[OpenConnection]:
        idle = [connection for connection in self._idle if connection.alive]
        connection = idle.pop() if idle else await OpenConnection.open(self._url)
        self._idle = idle
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()


@dataclass
class Lead:
    """A safeguarding lead, signed in with password and code, acting for one school; or, of that role, an officer.

    `audience`: the service that the tokens are for.
    """

    identity_url: str
    session: str
    school: str
    audience: str = "lookup"
    _token: str = ""
    _good_until: datetime = field(default=datetime(1970, 1, 1, tzinfo=UTC))

    @classmethod
    async def signed_in(cls, portal: Portal, audience: str = "lookup", role: str = "lead") -> Self:
        """The first lead of the demo, who has one school; or the first of another role."""
        account = next(one for one in await portal.accounts() if one["role"] == role)
        url = portal.places.url("identity")
        tried = await asked(url, "POST", "/sign-ins", None, email=account["email"], password=account["password"])
        code = await portal.code(account["email"])
        proved = await asked(url, "POST", "/sign-ins/code", None, challenge=tried["challenge"], code=code)
        return cls(url, proved["session"], account["school"], audience)

    async def token(self) -> str:
        """A token that is good for a while; a new one when the old one is near its end."""
        if datetime.now(UTC) > self._good_until - RENEW_BEFORE:
            given = await asked(self.identity_url, "POST", "/tokens", self.session, audience=self.audience)
            self._token, self._good_until = given["token"], datetime.fromisoformat(given["expires_at"])
        return self._token


async def asked(url: str, method: str, path: str, bearer: str | None, **body: str) -> dict[str, Any]:
    connection = await OpenConnection.open(url)
    try:
        status, said = await connection.ask(method, path, bearer, json.dumps(body).encode())
    finally:
        connection.close()
    if status >= 400:
        raise BenchFailed(f"{path} answered {status}")
    answer: dict[str, Any] = json.loads(said)
    return answer


def search(upn: str) -> bytes:
    return json.dumps({"upn": upn, "purpose": "welfare"}).encode()


def lead_worker(answer: Mapping[str, Any]) -> str | None:
    """The name of the lead worker in an answer of lookup."""
    return next((worker["name"] for worker in answer["workers"] if worker["lead"]), None)
