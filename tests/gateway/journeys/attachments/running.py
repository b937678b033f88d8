"""The gateway and referrals as they run for real, each a process with web only; identity is the test's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

import httpx
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from deploy.local.processes import ports
from services.gateway.frame.cookies import SESSION
from shared.web.tokens import Caller
from tests.gateway import world
from tests.gateway.world import Neighbours
from tests.referrals.attachments.world import Attaching
from tests.referrals.world import SETTINGS
from tests.support.serving import listening
from tests.support.until import until
from tests.support.web import Issuer

Running = tuple[dict[str, int], httpx.AsyncClient]
COUNCIL = {"team", "phone", "hours", "office_hours", "out_of_hours_phone", "support_email", "support_phone"}


class Identity(Neighbours):
    """On a socket: keys, a session, and tokens for whoever is `caller` now."""

    signer = Issuer()
    caller: Caller

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/jwks.json", self._keys, methods=["GET"]),
                Route("/session", self._person, methods=["GET"]),
                Route("/tokens", self._token, methods=["POST"]),
            ]
        )

    async def _keys(self, _: Request) -> JSONResponse:
        return JSONResponse(KeySet([self.signer.key]).as_dict(private=False))

    async def _token(self, _: Request) -> JSONResponse:
        return JSONResponse({"token": self.signer.token(self.caller, "referrals")})


def settings(service: str, port: int, operations: int, **own: str) -> dict[str, str]:
    given = {"PORT": str(port), "OPERATIONS_PORT": str(operations), "LOG_LEVEL": "WARNING", **own}
    return {f"{service.upper()}_{name}": value for name, value in given.items()}


@contextlib.asynccontextmanager
async def process(service: str, environment: dict[str, str], port: int) -> AsyncIterator[int]:
    """A service as it runs for real, web only; its process id."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli", "run", service, "--role", "web", env={**os.environ, **environment}
    )
    try:
        await until(lambda: _listens(port), within_s=60)
        yield started.pid
    finally:
        started.terminate()
        await started.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def processes(
    attaching: Attaching, identity: Identity
) -> AsyncIterator[tuple[dict[str, int], httpx.AsyncClient]]:
    """The gateway and referrals as they run for real: their process ids; and a browser at the gateway's door."""
    [front, front_operations, behind, behind_operations] = ports.find(4)
    async with contextlib.AsyncExitStack() as held:
        listens = await held.enter_async_context(listening(identity.app(), public=False))
        where = {"IDENTITY_URL": f"http://127.0.0.1:{listens.server.port}"}
        key = SETTINGS.sealing_key.get_secret_value()
        own = {"DATABASE_URL": attaching.referrals.clone.dsn, "SEALING_KEY": key, "FILES": str(attaching.folder)}
        council = {name.upper(): str(value) for name, value in world.settings().model_dump(include=COUNCIL).items()}
        there = {"REFERRALS_URL": f"http://127.0.0.1:{behind}", "SECRET": "s" * 40, "CALL_TIMEOUT_S": "30", **council}
        service = settings("referrals", behind, behind_operations, **own, **where)
        gateway = settings("gateway", front, front_operations, **there, **where)
        pids = {
            "referrals": await held.enter_async_context(process("referrals", service, behind)),
            "gateway": await held.enter_async_context(process("gateway", gateway, front)),
        }
        address, cookie = f"http://127.0.0.1:{front}", {"cookie": f"{SESSION}=s"}
        yield pids, await held.enter_async_context(httpx.AsyncClient(base_url=address, headers=cookie, timeout=300))
