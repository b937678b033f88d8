"""The gateway's surroundings: services behind it, which answer what a test tells them to, and a person's browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.gateway.frame.cookies import SESSION
from services.gateway.settings import Settings

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""
SUPPORT = "01632 960 400"
UPN = "B801200005001"
BY_UPN = {"by": "upn", "upn": UPN, "purpose": "records"}

MOSSGATE = {"role": "lead", "school": "999001", "school_name": "Mossgate School"}
LARCHMERE = {"role": "lead", "school": "999002", "school_name": "Larchmere School"}
CHILD = {"child_id": str(uuid4()), "given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05"}
DUTY = {"team": "East team", "phone": "01632 960 300", "hours": "office hours", "out_of_hours_phone": "01632 960 399"}
WORKER = {"name": "Ione Marlowick", "role": "social_worker", "lead": True, "phone": "07700 900101", "callable": True}
FOUND = {"outcome": "found", "child": CHILD, "workers": [WORKER], "duty": DUTY}
MADE = {
    "referral_id": str(uuid4()), "reference": "ABC-DEF-G", "made_at": "2026-04-03T12:00:00Z",
    "due_at": "2026-04-07T12:00:00Z", "roll_as_of": "2026-04-03T11:59:00Z", "roll_current": True,
}  # fmt: skip


EMPTY = {"referrals": [], "next": None, "counts": {"to_acknowledge": 0, "to_decide": 0}, "teams": []}


def settings(**changed: Any) -> Settings:
    """Settings of a council; services that are not named are where nobody listens."""
    urls = {f"{service}_url": NOBODY for service in ("identity", "lookup", "referrals", "audit")}
    known = {
        "secret": SecretStr("a secret of forty characters, or about so"), "team": "the children's reception team",
        "phone": "01632 960 100", "hours": "Monday to Friday, 9am to 5pm", "office_hours": "Mo-Fr 09:00-17:00",
        "out_of_hours_phone": "01632 960 199", "support_email": "portal.support@council.example",
        "support_phone": SUPPORT,
    }  # fmt: skip
    return Settings(**{**urls, **known, **changed})


def problem(kind: str, status: int, detail: str | None = None) -> JSONResponse:
    body = {"type": f"/problems/{kind}", "title": "No", "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class Neighbours:
    """Identity, lookup and referrals, over HTTP: who is signed in, as what, and what is answered.

    `over`: why the session has ended. `meanwhile`: what comes between the question who is signed in and that for a
    token: the problem with which the token is refused, and what the session acts as from then on; None: `lost` says as
    what no more.
    """

    account: str = field(default_factory=lambda: str(uuid4()))
    session: str = field(default_factory=lambda: str(uuid4()))
    name: str = "Calwyn Fernshaw"
    acting: dict[str, str] | None = field(default_factory=lambda: dict(MOSSGATE))
    ends_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=30))
    over: str | None = None
    lost: dict[str, str] | None = None
    meanwhile: tuple[str, dict[str, str] | None] | None = None
    then: str | None = None
    """Why the session has ended as soon as that has come."""
    answer: dict[str, Any] = field(default_factory=lambda: dict(FOUND))
    """Lookup's, to every search."""
    referral: tuple[int, dict[str, Any]] = (201, MADE)
    """The status and body with which referrals answers."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    """The referrals that were asked for."""
    queue: dict[str, Any] = field(default_factory=lambda: {**EMPTY})
    """What referrals answers to every question for the officers' queue."""

    def client(self) -> httpx.AsyncClient:
        routes = [
            Route("/session", self._person, methods=["GET"]),
            Route("/session", self._signed_out, methods=["DELETE"]),
            Route("/tokens", self._token, methods=["POST"]),
            Route("/searches", self._search, methods=["POST"]),
            Route("/referrals", self._referral, methods=["POST"]),
            Route("/queue", self._queue, methods=["GET"]),
        ]
        return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)))

    async def _person(self, _: Request) -> JSONResponse:
        if self.over:
            return problem("session-over", 401, self.over)
        told = {"account_id": self.account, "session_id": self.session, "name": self.name, "email": "lead@example.org"}
        acting = {"acting": self.acting, "roles": [MOSSGATE, LARCHMERE], "ends_at": self.ends_at.isoformat()}
        return JSONResponse({**told, **acting, "lost": None if self.acting else self.lost})

    async def _signed_out(self, _: Request) -> JSONResponse:
        self.over = "signed_out"
        return JSONResponse({})

    async def _token(self, _: Request) -> JSONResponse:
        if self.meanwhile:
            kind, self.acting = self.meanwhile
            self.meanwhile, self.over = None, self.then
            return problem(kind, 409)
        return JSONResponse({"token": "a token"})

    async def _search(self, _: Request) -> JSONResponse:
        return JSONResponse({"search_id": str(uuid4()), "as_of": datetime.now(UTC).isoformat(), **self.answer})

    async def _referral(self, request: Request) -> JSONResponse:
        self.sent.append(await request.json())
        status, told = self.referral
        return JSONResponse(told, status)

    async def _queue(self, _: Request) -> JSONResponse:
        return JSONResponse(self.queue)


def sign_in(browser: httpx.AsyncClient, session: str = "a session") -> None:
    """Give a browser the cookie of a session."""
    browser.cookies.set(SESSION, session, domain="portal.test")


async def token(browser: httpx.AsyncClient) -> str:
    """The proof that the forms of the page for finding a child carry."""
    return re.findall(r'name="token" value="([0-9a-f]+)"', (await browser.get("/find")).text)[1]


async def find(browser: httpx.AsyncClient, fields: dict[str, str]) -> httpx.Response:
    return await browser.post("/find", data={"token": await token(browser), **fields})


def plain(page: str) -> str:
    """What a person reads, in one line."""
    return " ".join(re.sub(r"<[^>]*>", "", page).replace("&#39;", "'").split())


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
        main = self.page.text.partition("<main")[2].partition("</main>")[0]
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
        return {name: unescape(value) for name, value in hidden}

    async def find(self) -> None:
        self.page = await self.browser.get("/find")
        await self.send("/find", by="upn", upn=UPN, purpose="welfare")

    async def send(self, path: str, **fields: str) -> None:
        """Press a button: with its page's hidden fields and what was typed, urlencoded."""
        typed = {name.replace("called_", "called-") if name in DASHED else name: at for name, at in fields.items()}
        self.page = await self.browser.post(path, data={**self.carried, **typed})

    async def write(self, path: str = "/concern/check", **fields: str) -> None:
        """Send the concern's form, in parts and with its lines as a browser sends them."""
        parts = {
            name: (None, value.replace("\n", "\r\n").encode("utf-8", "surrogatepass"))
            for name, value in {**self.carried, **fields}.items()
        }
        self.page = await self.browser.post(path, files=parts)

    async def to_the_form(self) -> None:
        await self.find()
        await self.send("/concern")
        await self.send("/concern/gate", danger="not_urgent")


DASHED = ("called_day", "called_month", "called_year", "called_time")
WRITTEN = {
    "kind": "concern", "concern": "He came in without a coat again today.", "done_so_far": "We spoke to him.",
    "parents_know": "no", "parents_reason": "They were not in.", "contact": "Aisha Khan, 01632 960 111",
    "child_said": "Nobody was up.", "family": "A sister in year 2.",
}  # fmt: skip
