"""The services that the gateway asks, as it sees them: over HTTP, with the answers that a test names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MOSSGATE = {"role": "lead", "school": "999001", "school_name": "Mossgate School"}
LARCHMERE = {"role": "lead", "school": "999002", "school_name": "Larchmere School"}
CHILD = {"child_id": str(uuid4()), "given_name": "Zoë-Anaïs", "family_name": "O'Brackenfold", "born": "2014-10-17"}
WORKER = {"name": "Ione Marlowick", "role": "social_worker", "lead": True, "phone": "07700 900101", "callable": True}


def problem(kind: str, status: int, detail: str | None = None) -> JSONResponse:
    body = {"type": f"/problems/{kind}", "title": "No", "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class Neighbours:
    """Who is signed in, as what, and what lookup answers. `over`: why the session has ended.

    `meanwhile`: what comes between the question who is signed in and that for a token: the problem with which the token
    is refused, and what the session acts as from then on; None: `lost` says as what no more.
    """

    account: str = field(default_factory=lambda: str(uuid4()))
    session: str = field(default_factory=lambda: str(uuid4()))
    acting: dict[str, str] | None = field(default_factory=lambda: dict(MOSSGATE))
    ends_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=30))
    name: str = "Calwyn Fernshaw"
    over: str | None = None
    lost: dict[str, str] | None = None
    meanwhile: tuple[str, dict[str, str] | None] | None = None
    then: str | None = None
    """Why the session has ended as soon as that has come."""
    answer: dict[str, Any] = field(default_factory=dict)

    def client(self) -> httpx.AsyncClient:
        routes = [
            Route("/session", self._person, methods=["GET"]),
            Route("/session", self._signed_out, methods=["DELETE"]),
            Route("/tokens", self._token, methods=["POST"]),
            Route("/searches", self._search, methods=["POST"]),
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
