"""A server of ours on a real socket, and clients that speak to it byte by byte, each from an address of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from starlette.types import ASGIApp

from shared.settings import ServiceSettings
from shared.web.server import Server, server
from tests.support.until import until

NEIGHBOUR = "127.0.0.2"


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers by small letters, and all bytes after them."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        self.writer.writelines(pieces)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def answer(self) -> Answer:
        """The next answer, which must say its length; EOFError if the connection ends without one."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 15)
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Answer(int(first.split()[1]), headers, await self.reader.readexactly(int(headers["content-length"])))

    async def end(self) -> bytes:
        """All that comes until the server ends the connection."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), 15)
        return b""


@dataclass
class Listening:
    """A server that listens, with the clients that the test has made; all end with it."""

    server: Server
    clients: list[Client]

    async def client(self, address: str = "127.0.0.1") -> Client:
        streams = await asyncio.open_connection("127.0.0.1", self.server.port, local_addr=(address, 0))
        self.clients.append(Client(*streams))
        return self.clients[-1]

    async def ask(self, request: bytes, address: str = "127.0.0.1") -> Answer:
        one = await self.client(address)
        await one.say(request)
        return await one.answer()

    async def crowd(self, count: int, say: bytes) -> list[Client]:
        """So many connections of one address, of which each says only this."""
        made = [await self.client() for _ in range(count)]
        for one in made:
            await one.say(say)
        await until(lambda: self._arrived(min(count, self.server.config.connections.address_max)))
        return made

    async def _arrived(self, count: int) -> bool:
        return len(self.server.server_state.connections) >= count


@contextlib.asynccontextmanager
async def listening(app: ASGIApp, public: bool = True, **settings: float | str) -> AsyncIterator[Listening]:
    one = server(app, "shared", ServiceSettings.model_validate({"port": 0, **settings}), public)
    serving = asyncio.create_task(one.serve())
    made = Listening(one, [])
    await until(lambda: _started(one))
    try:
        yield made
    finally:
        for client in made.clients:
            client.writer.transport.abort()
        one.should_exit = True
        await serving


async def _started(one: Server) -> bool:
    return one.started


def endless(size: int) -> Iterator[bytes]:
    """So many bytes in pieces of 64 KiB, and no line end among them."""
    for _ in range(size // 65536):
        yield b"a" * 65536
