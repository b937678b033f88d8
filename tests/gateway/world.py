"""The gateway's surroundings: services behind it, which answer what a test tells them to, and a person's browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.frame.cookies import SESSION
from services.gateway.settings import Settings
from tests.support.web import Issuer, caller

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""
SUPPORT = "01632 960 400"
ASKED = ("lookup", "referrals", "audit", "feed")
"""Whom the gateway asks with a token of identity's."""
UPN = "B801200005001"
BY_UPN = {"by": "upn", "upn": UPN, "purpose": "records"}

MOSSGATE = {"role": "lead", "school": "999001", "school_name": "Mossgate School"}
LARCHMERE = {"role": "lead", "school": "999002", "school_name": "Larchmere School"}
CHILD = {"child_id": str(uuid4()), "given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05"}
DUTY = {"team": "East team", "phone": "01632 960 300", "hours": "office hours", "out_of_hours_phone": "01632 960 399"}
WORKER = {"name": "Ione Marlowick", "role": "social_worker", "lead": True, "phone": "07700 900101", "callable": True}
FOUND = {"outcome": "found", "child": CHILD, "workers": [WORKER], "duty": DUTY}


EMPTY = {"referrals": [], "next": None, "counts": {"to_acknowledge": 0, "to_decide": 0}, "teams": []}


def settings(**changed: Any) -> Settings:
    """Settings of a council; services that are not named are where nobody listens."""
    urls = {f"{service}_url": NOBODY for service in ("identity", *ASKED)}
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
    """Identity and lookup, over HTTP: who is signed in, as what, and what is answered.

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
    queue: dict[str, Any] = field(default_factory=lambda: {**EMPTY})
    """What referrals answers to every question for the officers' queue."""
    behind: ASGIApp | None = None
    """The real referrals; None: it answers nothing that is asked of it."""
    issuer: Issuer | None = None
    """Who signs tokens that it believes."""
    refusal: tuple[str, int, dict[str, object]] | None = None
    """What referrals answers instead of doing it: to which method and path, with which status and body."""
    transfer: dict[str, Any] | None = None
    """How far referrals tells that each referral is on its way into the case system; None: it finds none."""
    again: list[str] = field(default_factory=list)
    """References that it was asked to hand over again."""
    copy: dict[str, Any] | None = None
    """What referrals tells of every copy that is asked for; None: it finds none."""

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self._answer))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Referrals is asked for drafts and referrals; the others are stood in for."""
        asked = f"{scope['method']} {scope['path']}"
        app: ASGIApp = self._others()
        if self.refusal and re.search(f"{self.refusal[0]}$", asked):
            app = JSONResponse(self.refusal[2], self.refusal[1])
        elif self.behind and scope["path"].startswith(("/drafts", "/referrals", "/sent")):
            app = self.behind
        await app(scope, receive, send)

    def _others(self) -> Starlette:
        routes = [
            *self.own_routes(),
            Route("/session", self._person, methods=["GET"]),
            Route("/session", self._signed_out, methods=["DELETE"]),
            Route("/tokens", self._token, methods=["POST"]),
            Route("/searches", self._search, methods=["POST"]),
            Route("/queue", self._queue, methods=["GET"]),
            Route("/transfers", self._transfers, methods=["GET"]),
            Route("/referrals/{reference}/transfer", self._transfer, methods=["GET"]),
            Route("/referrals/{reference}/transfer/again", self._transfer, methods=["POST"]),
            Route("/referrals/{reference}/{copy}", self._copy, methods=["GET"]),
        ]
        return Starlette(routes=routes)

    def own_routes(self) -> list[Route]:
        """What the neighbours of one journey's tests answer before these."""
        return []

    async def _person(self, _: Request) -> JSONResponse:
        if self.over:
            return problem("session-over", 401, self.over)
        told = {"account_id": self.account, "session_id": self.session, "name": self.name, "email": "lead@example.org"}
        acting = {"acting": self.acting, "roles": [MOSSGATE, LARCHMERE], "ends_at": self.ends_at.isoformat()}
        return JSONResponse({**told, **acting, "lost": None if self.acting else self.lost})

    async def _signed_out(self, _: Request) -> JSONResponse:
        self.over = "signed_out"
        return JSONResponse({})

    async def _token(self, request: Request) -> JSONResponse:
        if self.meanwhile:
            kind, self.acting = self.meanwhile
            self.meanwhile, self.over = None, self.then
            return problem(kind, 409)
        if self.issuer is None or self.acting is None:
            return JSONResponse({"token": "a token"})
        who = caller(self.acting["role"], self.acting.get("school"), UUID(self.account), UUID(self.session))  # type: ignore[arg-type]
        return JSONResponse({"token": self.issuer.token(who, (await request.json())["audience"])})

    async def _search(self, _: Request) -> JSONResponse:
        return JSONResponse({"search_id": str(uuid4()), "as_of": datetime.now(UTC).isoformat(), **self.answer})

    async def _queue(self, _: Request) -> JSONResponse:
        return JSONResponse(self.queue)

    async def _transfers(self, _: Request) -> Response:
        one = self.transfer
        open_ = one is not None and one["state"] != "acknowledged"
        told = {"count": int(open_), "late": int(open_ and bool(one and one["late_at"])), "transfers": [one] * open_}
        return JSONResponse({**told, "case_system": one["case_system"] if one else "intake"})

    async def _transfer(self, request: Request) -> Response:
        if self.transfer is None:
            return problem("referral-not-found", 404)
        if request.method == "POST":
            self.again.append(request.path_params["reference"])
        return JSONResponse(self.transfer)

    async def _copy(self, request: Request) -> Response:
        if self.copy is None:
            return problem("referral-not-found", 404)
        pdf = request.path_params["copy"] == "receipt.pdf"
        return Response(b"%PDF-1.7", media_type="application/pdf") if pdf else JSONResponse(self.copy)


def sign_in(browser: httpx.AsyncClient, session: str = "a session") -> None:
    """Give a browser the cookie of a session."""
    browser.cookies.set(SESSION, session, domain="portal.test")


async def at(browser: httpx.AsyncClient, path: str) -> Reader:
    """Somebody who has signed in and is on this page, having pressed nothing yet."""
    sign_in(browser)
    return Reader(browser, page=await browser.get(path))


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
        """Press a button: with its page's hidden fields and what was typed, urlencoded; and go where it leads."""
        await self._at_a_form(path)
        typed = {name.replace("called_", "called-") if name in DASHED else name: at for name, at in fields.items()}
        self.page = await self.browser.post(path, data={**self.carried, **typed}, follow_redirects=True)

    async def _at_a_form(self, path: str) -> None:
        """Some pages have only links: the form that is sent is opened first."""
        if "token" not in self.carried and path.startswith(("/concern/", "/drafts/")):
            await self.open(path)

    async def open(self, path: str) -> None:
        """Follow a link, or type an address."""
        self.page = await self.browser.get(path, follow_redirects=True)

    @property
    def draft(self) -> str:
        """The address of the draft whose page this is."""
        assert self.page is not None
        return "/".join(self.page.url.path.split("/")[:3])

    @property
    def step(self) -> str:
        """Which of its pages it is."""
        assert self.page is not None
        return self.page.url.path.removeprefix(self.draft).strip("/")

    async def begin(self) -> None:
        """A new draft, at its gate."""
        await self.find()
        await self.send("/concern")

    async def to_the_questions(self) -> None:
        await self.begin()
        await self.send(f"{self.draft}/danger", danger="not_urgent")

    async def write(self, step: str = "", **fields: str) -> None:
        """Send a question's page, in parts and with its lines as a browser sends them; `step` empty: the page's own."""
        path = f"{self.draft}/{step or self.step}"
        await self._at_a_form(path)
        parts = {
            name: (None, value.replace("\n", "\r\n").encode("utf-8", "surrogatepass"))
            for name, value in {**self.carried, **fields}.items()
        }
        self.page = await self.browser.post(path, files=parts, follow_redirects=True)

    async def write_all(self, **changed: str) -> None:
        """Every question, from the first one."""
        for step, fields in ON_PAGES.items():
            await self.write(step, **{name: {**WRITTEN, **changed}[name] for name in fields})

    async def to_the_check(self, **changed: str) -> None:
        await self.to_the_questions()
        await self.write_all(**changed)


DASHED = ("called_day", "called_month", "called_year", "called_time")
WRITTEN = {
    "kind": "concern", "concern": "He came in without a coat again today.", "done_so_far": "We spoke to him.",
    "parents": "unaware", "parents_reason": "They were not in.", "contact": "Aisha Khan, 01632 960 111",
    "child_said": "Nobody was up.", "family": "A sister in year 2.",
}  # fmt: skip
ON_PAGES = {
    "kind": ("kind",), "what-has-happened": ("concern",), "what-the-child-said": ("child_said",),
    "family": ("family",), "parents": ("parents", "parents_reason"), "what-the-school-did": ("done_so_far",),
    "contact": ("contact",),
}  # fmt: skip
"""The fields of each question's page, in the order of the pages."""
