"""Officers at their browsers, before the real referrals service: only identity is played, and the sockets left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from services.gateway.app import service as gateway
from services.gateway.frame.cookies import SESSION
from services.gateway.frame.rendering import Pages
from services.referrals.app import service as referrals_service
from shared.web.tokens import Caller
from tests.gateway import world
from tests.referrals.triage.desk import Officer
from tests.referrals.world import Referrals
from tests.support.web import web


@dataclass
class Desk:
    """One officer's browser without script. `away`: referrals does not answer."""

    referrals: Referrals
    officer: Officer
    pages: Pages
    away: bool = False
    over: bool = False
    """The sign-in has ended."""
    page: httpx.Response | None = None
    asked: list[str] = field(default_factory=list)
    """The paths that referrals was asked for."""
    browser: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = web(gateway, world.settings(), None).client
        assert isinstance(self.browser._transport, httpx.ASGITransport)
        state = self.browser._transport.app.state  # type: ignore[attr-defined]
        state.pages, state.client = self.pages, self._behind()
        self.browser.base_url = httpx.URL("https://portal.test")
        self.browser.cookies.set(SESSION, "a session", domain="portal.test")

    @property
    def who(self) -> Caller:
        return self.officer.who

    def _behind(self) -> httpx.AsyncClient:
        real = self.referrals.web.client._transport
        assert isinstance(real, httpx.ASGITransport)
        played = [Route("/session", self._person), Route("/tokens", self._token, methods=["POST"])]
        app = Starlette(routes=[*played, Mount("/", app=real.app)])

        async def seen(request: httpx.Request) -> None:
            if request.url.path not in ("/session", "/tokens"):
                if self.away:
                    raise httpx.ConnectError("away")
                self.asked.append(request.url.path)

        return httpx.AsyncClient(transport=httpx.ASGITransport(app), event_hooks={"request": [seen]})

    async def _person(self, _: Request) -> JSONResponse:
        if self.over:
            return world.problem("session-over", 401, "time")
        ends_at = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
        told: dict[str, Any] = {"account_id": self.officer.id, "session_id": str(self.who.session), "ends_at": ends_at}
        told |= {"name": self.officer.name, "email": "officer@example.org", "acting": {"role": "triage_officer"}}
        return JSONResponse({**told, "roles": [told["acting"]]})

    async def _token(self, _: Request) -> JSONResponse:
        token = self.referrals.web.issuer.token(self.who, referrals_service.name)
        return JSONResponse({"token": token})

    async def go(self, path: str) -> str:
        """Opens a page; what is read on it."""
        self.page = await self.browser.get(path, follow_redirects=True)
        return self.text

    async def send(self, path: str, **typed: str) -> str:
        """Sends a form of the page that is open, with all that it carries; what is read on the page that follows."""
        sent = {**self.carried(path), **typed}
        self.page = await self.browser.post(path, data=sent, follow_redirects=True)
        return self.text

    @property
    def main(self) -> str:
        assert self.page is not None
        return self.page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]

    @property
    def text(self) -> str:
        inline = re.sub(r"</?(bdi|a|strong)\b[^>]*>", "", self.main)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())

    @property
    def title(self) -> str:
        assert self.page is not None
        return unescape(self.page.text.partition("<title>")[2].partition("</title>")[0])

    @property
    def status(self) -> int:
        assert self.page is not None
        return self.page.status_code

    @property
    def path(self) -> str:
        assert self.page is not None
        return self.page.url.raw_path.decode()

    def form(self, path: str) -> str:
        """The first form of the page that leads there. Raises IndexError: there is none."""
        return re.findall(rf'<form method="post" action="{re.escape(path)}".*?</form>', self.main, re.DOTALL)[0]

    def offers(self, path: str) -> bool:
        return f'action="{path}"' in self.main or f'href="{path}"' in self.main

    def carried(self, path: str) -> Mapping[str, str]:
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.form(path))
        return {name: unescape(value) for name, value in hidden}

    def value(self, name: str) -> str:
        """What stands in a text area of the page."""
        found = re.search(rf'<textarea[^>]* (?:name|id)="{name}"[^>]*>([^<]*)</textarea>', self.main)
        return unescape(found[1]) if found else ""

    @property
    def faults(self) -> list[str]:
        summary = self.main.partition('class="govuk-error-summary"')[2].partition("</ul>")[0]
        return [" ".join(unescape(each).split()) for each in re.findall(r"<li>\s*(?:<a [^>]*>)?([^<]+)", summary)]

    @property
    def links(self) -> list[str]:
        return [unescape(each) for each in re.findall(r'href="([^"]+)"', self.main)]
