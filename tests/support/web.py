"""A service's web application in the test's own process, and callers with tokens that it believes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, FastAPI
from joserfc.jwk import KeySet, OKPKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from shared.contracts import SCHOOL_ROLES, Role
from shared.database.pool import Database
from shared.manifest import Service
from shared.settings import ServiceSettings
from shared.web.app import asgi
from shared.web.tokens import Caller, Keys, sign

IDENTITY = "http://identity.test"
SCHOOL = "999001"
AGREEMENT = "a" * 64


@dataclass(frozen=True)
class Issuer:
    """Identity as the other services see it: a signing key, and a page with its public half."""

    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": uuid4().hex}))

    def token(self, caller: Caller, audience: str, now_s: int | None = None) -> str:
        return sign(self.key, caller, audience, now_s or int(time.time()), uuid4())

    def keys(self) -> Keys:
        """Published over HTTP as identity does, only without a socket."""

        async def published(_: Request) -> JSONResponse:
            return JSONResponse(KeySet([self.key]).as_dict(private=False))

        app = Starlette(routes=[Route("/.well-known/jwks.json", published)])
        return Keys(IDENTITY, httpx.AsyncClient(transport=httpx.ASGITransport(app)))


def caller(role: Role, school: str | None = SCHOOL, account: UUID | None = None, session: UUID | None = None) -> Caller:
    """Somebody signed in with this role; council staff have no school."""
    at_school = role in SCHOOL_ROLES
    agreement = AGREEMENT if at_school else None
    return Caller(account or uuid4(), session or uuid4(), role, school if at_school else None, agreement)


@dataclass(frozen=True)
class Web:
    """The application of one service, asked over HTTP without a socket."""

    service: Service
    client: httpx.AsyncClient
    issuer: Issuer

    def bearer(self, who: Caller, correlation: UUID | None = None) -> dict[str, str]:
        headers = {"authorization": f"Bearer {self.issuer.token(who, self.service.name)}"}
        return {**headers, "x-correlation-id": str(correlation)} if correlation else headers

    async def post(self, path: str, body: Any, who: Caller, **headers: str) -> httpx.Response:
        """Header names with underscores for hyphens: idempotency_key="…"."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, json=body, headers={**self.bearer(who), **extra})

    async def get(self, path: str, who: Caller) -> httpx.Response:
        return await self.client.get(path, headers=self.bearer(who))


_prepared: dict[tuple[int, ...], tuple[list[APIRouter], list[BaseRoute]]] = {}
"""By the routers of a service, which are kept here so that no other ever has the identity of one."""


def application(service: Service, settings: ServiceSettings, database: Database | None, keys: Keys) -> FastAPI:
    """As the service serves it. FastAPI prepares each route at its first request, which takes longer than most tests
    do: what was prepared for one application of a service serves those of the other tests."""
    app = asgi(service, settings, database, keys)
    routers = [service.load(router) for router in service.serves]
    _, app.router.routes[:] = _prepared.setdefault(tuple(map(id, routers)), (routers, list(app.router.routes)))
    return app


def web(service: Service, settings: ServiceSettings, database: Database | None, issuer: Issuer | None = None) -> Web:
    issuer = issuer or Issuer()
    app = application(service, settings, database, issuer.keys())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return Web(service, httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}.test"), issuer)
