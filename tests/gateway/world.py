"""The services behind the gateway, as far as its pages can tell: they answer over HTTP what a test has told them to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.gateway.http.visit import SESSION

CHILD = {"child_id": str(uuid4()), "given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05"}
DUTY = {"team": "East team", "phone": "01632 960 300", "hours": "office hours", "out_of_hours_phone": "01632 960 399"}
WORKER = {"name": "Ione Marlowick", "role": "social_worker", "lead": True, "phone": "07700 900101", "callable": True}
MADE = {
    "referral_id": str(uuid4()), "reference": "ABC-DEF-G", "made_at": "2026-04-03T12:00:00Z",
    "due_at": "2026-04-07T12:00:00Z", "roll_as_of": "2026-04-03T11:59:00Z", "roll_current": True,
}  # fmt: skip


@dataclass
class Services:
    """Identity, lookup and referrals. `referral` is what the next one is answered, with its status."""

    acting: dict[str, Any] = field(
        default_factory=lambda: {"role": "lead", "school": "999001", "school_name": "Larkspur Primary"}
    )
    answer: dict[str, Any] = field(default_factory=dict)
    referral: tuple[int, dict[str, Any]] = (201, MADE)
    session: tuple[int, dict[str, Any]] | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    """The referrals that were asked for."""
    account: str = field(default_factory=lambda: str(uuid4()))

    def client(self) -> httpx.AsyncClient:
        routes = [
            Route("/session", self._session),
            Route("/tokens", self._token, methods=["POST"]),
            Route("/searches", self._search, methods=["POST"]),
            Route("/referrals", self._referral, methods=["POST"]),
        ]
        return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)))

    async def _session(self, _: Request) -> JSONResponse:
        if self.session:
            return JSONResponse(self.session[1], self.session[0])
        person = {"account_id": self.account, "session_id": self.account, "name": "Aisha Khan", "email": "a@k.example"}
        return JSONResponse({**person, "acting": self.acting, "roles": [self.acting]})

    async def _token(self, _: Request) -> JSONResponse:
        return JSONResponse({"token": "a token"})

    async def _search(self, _: Request) -> JSONResponse:
        found = {"outcome": "found", "search_id": str(uuid4()), "child": CHILD, "workers": [WORKER], "duty": DUTY}
        return JSONResponse({**found, **self.answer})

    async def _referral(self, request: Request) -> JSONResponse:
        self.sent.append(await request.json())
        status, told = self.referral
        return JSONResponse(told, status)


@dataclass
class Reader:
    """A lead's browser without script: sends the forms of the page that it shows, with all that they carry."""

    browser: httpx.AsyncClient
    page: httpx.Response | None = None

    @property
    def text(self) -> str:
        """The page as it is read: without markup, with single spaces."""
        assert self.page is not None
        main = self.page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        plain = re.sub(r"<[^>]+>", " ", re.sub(r"</?(bdi|a|strong)\b[^>]*>", "", main))
        return " ".join(unescape(plain).split())

    @property
    def faults(self) -> list[str]:
        assert self.page is not None
        summary = self.page.text.partition('class="govuk-error-summary"')[2].partition("</ul>")[0]
        return [" ".join(unescape(each).split()) for each in re.findall(r'<a href="#[^"]+">([^<]+)</a>', summary)]

    def value(self, name: str) -> str:
        """What stands in a text field of the page."""
        assert self.page is not None
        found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)</textarea>', self.page.text)
        return unescape(found[1]) if found else ""

    @property
    def carried(self) -> dict[str, str]:
        """The hidden fields of the page's main part."""
        assert self.page is not None
        main = self.page.text.partition("<main")[2]
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
        return {name: unescape(value) for name, value in hidden}

    async def find(self) -> None:
        await self._go(await self.browser.get("/find", headers=COOKIE))
        await self.send("/find", by="upn", upn="B801200005001", purpose="welfare")

    async def send(self, path: str, **fields: str) -> None:
        """Press a button: with its page's hidden fields and what was typed, urlencoded."""
        typed = {name.replace("called_", "called-") if name in DASHED else name: at for name, at in fields.items()}
        await self._go(await self.browser.post(path, data={**self.carried, **typed}, headers=COOKIE))

    async def write(self, path: str = "/concern/check", **fields: str) -> None:
        """Send the concern's form, in parts and with its lines as a browser sends them."""
        parts = {
            name: (None, value.replace("\n", "\r\n").encode("utf-8", "surrogatepass"))
            for name, value in {**self.carried, **fields}.items()
        }
        await self._go(await self.browser.post(path, files=parts, headers=COOKIE))

    async def to_the_form(self) -> None:
        await self.find()
        await self.send("/concern")
        await self.send("/concern/gate", danger="not_urgent")

    async def _go(self, page: httpx.Response) -> None:
        self.page = page


COOKIE: Mapping[str, str] = {"cookie": f"{SESSION}=a session"}
DASHED = ("called_day", "called_month", "called_year", "called_time")
WRITTEN = {
    "kind": "concern", "concern": "He came in without a coat again today.", "done_so_far": "We spoke to him.",
    "parents_know": "no", "parents_reason": "They were not in.", "contact": "Aisha Khan, 01632 960 111",
    "child_said": "Nobody was up.", "family": "A sister in year 2.",
}  # fmt: skip
