"""What goes over the wire, from a real server: how many bytes, how they are packed, for how long they are kept."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.files import KINDS
from services.gateway.settings import Settings
from shared.web.server import Server
from shared.web.server import server as serving
from tests.gateway.world import BY_UPN, Neighbours, find
from tests.support.until import until

FIRST_LOAD_MAX_BYTES = 60 * 1024
PACKED = "gzip, deflate, br, zstd"


@asynccontextmanager
async def served(app: FastAPI, settings: Settings) -> AsyncIterator[int]:
    """The application behind a socket of its own; its port."""
    server = serving(app, "gateway", settings.model_copy(update={"port": 0}), public=True)
    running = asyncio.create_task(server.serve())
    try:
        await until(lambda: _started(server))
        yield server.port
    finally:
        server.should_exit = True
        await running


async def _started(server: Server) -> bool:
    return server.started


async def answer(port: int, path: str) -> bytes:
    """All that comes back for one request, head and body, as it travels."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"GET {path} HTTP/1.1", "host: portal", f"accept-encoding: {PACKED}", "connection: close", "", ""]
    writer.write("\r\n".join(head).encode())
    whole = await reader.read()
    writer.close()
    return whole


def parts_of(page: bytes) -> set[str]:
    """What a browser fetches to draw a page: styles, scripts and icon, and the modules that scripts import."""
    html = gzip.decompress(page.partition(b"\r\n\r\n")[2]).decode()
    found = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    folder = next(iter(found)).rpartition("/")[0]
    return found | {f"{folder}/{name}" for name in KINDS if name.endswith(".js")}


async def test_the_first_page_costs_less_than_sixty_kilobytes(app: FastAPI, settings: Settings) -> None:
    async with served(app, settings) as port:
        page = await answer(port, "/sign-in")
        fetched = {path: await answer(port, path) for path in parts_of(page)}
    assert len(fetched) >= 6
    assert all(whole.startswith(b"HTTP/1.1 200") for whole in fetched.values())
    assert len(page) + sum(map(len, fetched.values())) < FIRST_LOAD_MAX_BYTES


@pytest.mark.parametrize("name", KINDS)
async def test_a_file_is_packed_beforehand_and_kept_for_a_year(
    browser: httpx.AsyncClient, app: FastAPI, name: str
) -> None:
    path = f"/static/{app.state.files.version}/{name}"
    packed = await browser.get(path, headers={"accept-encoding": PACKED})
    plain = await browser.get(path, headers={"accept-encoding": "identity"})
    assert packed.content == plain.content == app.state.files.plain[name]
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    for response in (packed, plain):
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "accept-encoding" in response.headers["vary"].lower()


async def test_an_answer_is_packed_and_never_kept(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    response = await find(lead, BY_UPN)
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_page_given_twice_has_no_secret_twice(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    """Beside what was typed stands nothing that an attacker could find out by the length of many answers (BREACH)."""
    pages = [(await find(lead, BY_UPN)).text for _ in range(2)]
    hidden = [set(re.findall(r'type="hidden" name="(?:token|about)" value="([^"]+)"', page)) for page in pages]
    assert all(len(each) >= 2 for each in hidden)
    assert hidden[0].isdisjoint(hidden[1])
