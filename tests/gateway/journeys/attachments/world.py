"""The page on which files are added, as a browser without script uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.tokens import Caller
from tests.gateway.world import NOBODY, Neighbours
from tests.referrals.attachments.world import Attaching


@dataclass
class Behind(Neighbours):
    """Identity, which gives real tokens for one caller, and the real referrals service."""

    def __init__(self, attaching: Attaching) -> None:
        super().__init__()
        self.attaching = attaching
        self.caller: Caller = attaching.who

    def referrals(self) -> ASGIApp:
        """The service, each time as it is now."""

        async def asked(scope: Scope, receive: Receive, send: Send) -> None:
            transport = self.attaching.web.client._transport
            assert isinstance(transport, httpx.ASGITransport)
            await transport.app(scope, receive, send)  # type: ignore[arg-type]

        return asked

    def client(self) -> httpx.AsyncClient:
        """Identity without a socket; referrals over one, as only there an upload can be cut off."""
        ours = [Route("/session", self._person, methods=["GET"]), Route("/tokens", self._token, methods=["POST"])]
        mounts = {NOBODY: httpx.ASGITransport(Starlette(routes=ours))}
        return httpx.AsyncClient(mounts=mounts, trust_env=False)

    async def _token(self, _: Request) -> JSONResponse:
        return JSONResponse({"token": self.attaching.web.issuer.token(self.caller, "referrals")})


@dataclass
class Files:
    """One draft's page. `attaching`: the service behind it."""

    browser: httpx.AsyncClient
    attaching: Attaching
    page: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @property
    def path(self) -> str:
        return f"/concern-files/{self.attaching.draft}"

    async def open(self) -> None:
        self.page = await self.browser.get(self.path)

    @property
    def token(self) -> str:
        main = self.page.text.partition("<main")[2]
        found = re.findall(r'name="token" value="([0-9a-f]+)"', main)
        return str(found[0]) if found else ""

    async def add(self, data: bytes, name: str = "note.pdf", token: str | None = None) -> None:
        """Choose a file and press the button."""
        if not self.token:
            await self.open()
        parts = [("token", (None, token or self.token)), ("file", (name, data, "application/octet-stream"))]
        self.page = await self.browser.post(f"{self.path}/add", files=parts, follow_redirects=True)

    async def remove(self, id: str) -> None:
        fields = {"token": self.token, "file": id}
        self.page = await self.browser.post(f"{self.path}/remove", data=fields, follow_redirects=True)

    @property
    def ids(self) -> list[str]:
        return re.findall(r'name="file" value="([0-9a-f-]{36})"', self.page.text)

    @property
    def text(self) -> str:
        main = self.page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", main))).split())

    @property
    def faults(self) -> list[str]:
        """What the summary says, each a link to the field."""
        return [unescape(each) for each in re.findall(r'<a href="#file">([^<]+)</a>', self.page.text)]
