"""A referral on its way: the service over a real database, and case systems that behave as a test tells them to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from joserfc.jwk import OKPKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.operate import certificates
from services.referrals.app import service
from services.referrals.settings import Settings
from services.referrals.transfer import commands
from tests.referrals.world import OFFICER, SETTINGS, Referrals
from tests.support.until import until
from tests.support.web import web

CHILD = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}


def settings(**said: Any) -> Settings:
    return Settings(sealing_key=SETTINGS.sealing_key, **said)


@dataclass
class OnItsWay:
    """The service, with a case system as these settings say."""

    referrals: Referrals
    settings: Settings

    def __post_init__(self) -> None:
        self.referrals.web = web(service, self.settings, self.referrals.clone.db)

    async def made(self, **said: Any) -> str:
        """The reference of a referral that was sent."""
        return str((await self.referrals.made(child=CHILD, **said))["reference"])

    async def work(self) -> None:
        """One round of what the worker does by itself."""
        await commands.hand_over(self.referrals.clone.db, self.settings)

    async def due(self) -> None:
        """Whatever waits is tried again now."""
        await self.referrals.clone.execute("UPDATE transfer SET next_at = now() WHERE state <> 'acknowledged'")

    async def round(self) -> dict[str, Any]:
        """The time has come, and one round is over: how far the one referral is."""
        await self.due()
        await self.work()
        return await self.row()

    async def row(self) -> dict[str, Any]:
        [row] = await self.referrals.clone.rows("SELECT * FROM transfer")
        return row

    async def notice(self, after: timedelta = timedelta()) -> None:
        """What the worker notices, once this time has gone by."""
        await self.referrals.clone.execute("UPDATE transfer SET since = since - $1::interval", after)
        await commands.notice(self.referrals.clone.db, self.settings)

    async def listed(self) -> dict[str, Any]:
        response = await self.referrals.web.get("/transfers", OFFICER)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    async def kinds(self, *kinds: str) -> list[dict[str, Any]]:
        return [fact for fact in await self.referrals.facts() if fact["type"] in kinds]


@dataclass
class Cases:
    """A case system over HTTPS. `answers`: what it says to the next requests, in order; then 202 for ever."""

    port: int = 0
    answers: list[Callable[[], Response]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hangs: asyncio.Event | None = None

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/referrals/{reference}", self._answer, methods=["PUT", "GET"])])

    async def _answer(self, request: Request) -> Response:
        self.asked.append((request.method, request.path_params["reference"]))
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.body())
        if self.hangs:
            await self.hangs.wait()
        return self.answers.pop(0)() if self.answers else Response(status_code=202)


def _started(server: uvicorn.Server) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return server.started

    return look


def told(number: str, status: int = 200) -> Callable[[], Response]:
    return lambda: JSONResponse({"number": number}, status)


@asynccontextmanager
async def https(folder: Path) -> AsyncIterator[tuple[Cases, Settings]]:
    """A real server with a certificate of an authority of its own, and the settings that reach it."""
    certificates.make(folder, folder, "localhost")
    cases = Cases()
    server = uvicorn.Server(
        uvicorn.Config(
            cases.app(), host="127.0.0.1", port=0, ssl_certfile=str(folder / "localhost.pem"), log_config=None,
            lifespan="off",
        )
    )  # fmt: skip
    task = asyncio.create_task(server.serve())
    try:
        await until(_started(server))
        cases.port = server.servers[0].sockets[0].getsockname()[1]
        yield cases, settings(
            transfer="https", transfer_url=f"https://localhost:{cases.port}/referrals", transfer_key=KEY_SECRET,
            transfer_ca_file=str(folder / "ca.pem"), transfer_token=SecretStr("a token"),
        )  # fmt: skip
    finally:
        server.should_exit = True
        await task


KEY = OKPKey.generate_key("Ed25519")
KEY_SECRET = SecretStr(json.dumps(KEY.as_dict(private=True)))
PUBLIC = OKPKey.import_key(KEY.as_dict(private=False))
