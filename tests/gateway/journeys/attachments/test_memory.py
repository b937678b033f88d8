"""Twenty uploads of 20 MB at once, and twenty downloads: through real processes, whose memory stays bounded."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
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
from tests.referrals.attachments import files
from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import MIRA, OFFICER, SETTINGS, Referrals
from tests.support.databases import Clone
from tests.support.serving import listening
from tests.support.until import until
from tests.support.web import Issuer

AT_ONCE = 20
FILE_BYTES = 20 * 1024 * 1024 - 1000
GROWS_MAX_BYTES = 64 * 1024 * 1024
"""For each process; 400 MB pass through it. What was seen stands in docs/decisions/0043."""
PIECE = 64 * 1024
Running = tuple[dict[str, int], httpx.AsyncClient]
FORM = {"content-type": "multipart/form-data; boundary=x"}


class Identity(Neighbours):
    """On a socket: keys, a session, and tokens for whoever is `caller` now."""

    issuer = Issuer()
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
        return JSONResponse(KeySet([self.issuer.key]).as_dict(private=False))

    async def _token(self, _: Request) -> JSONResponse:
        return JSONResponse({"token": self.issuer.token(self.caller, "referrals")})


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


def memory(pid: int, line: str) -> int:
    """A line of /proc/<pid>/status, in bytes: VmRSS now, VmHWM at its highest."""
    found = re.search(rf"^{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


async def form(token: str, number: int) -> AsyncIterator[bytes]:
    """As a browser sends it; each file is another one."""
    part = b"--x\r\ncontent-disposition: form-data; name=%b\r\n\r\n"
    head, tail = files.pdf(b"%% number %d\n" % number, size=1).split(b"stream\n\x00")
    yield part % b'"token"' + token.encode() + b"\r\n" + part % b'"file"; filename="a.pdf"' + head + b"stream\n"
    for _ in range(FILE_BYTES // PIECE):
        yield bytes(PIECE)
    yield tail + b"\r\n--x--\r\n"


@pytest.fixture
async def attaching(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> Attaching:
    made = Attaching(Referrals(await database("referrals")), with_files(tmp_path / "files"))
    await made.referrals.keep(MIRA)
    await made.referrals.is_fresh()
    return made


async def grown(pids: dict[str, int], work: Callable[[], Awaitable[None]]) -> dict[str, int]:
    """By how many bytes each process was larger at its largest than before."""
    before = {name: memory(pid, "VmRSS") for name, pid in pids.items()}
    for pid in pids.values():
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # its highest counts from here
    await work()
    return {name: memory(pid, "VmHWM") - before[name] for name, pid in pids.items()}


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
        there = {"REFERRALS_URL": f"http://127.0.0.1:{behind}", "SECRET": "s" * 40, **council}
        service = settings("referrals", behind, behind_operations, **own, **where)
        gateway = settings("gateway", front, front_operations, **there, **where)
        pids = {
            "referrals": await held.enter_async_context(process("referrals", service, behind)),
            "gateway": await held.enter_async_context(process("gateway", gateway, front)),
        }
        address, cookie = f"http://127.0.0.1:{front}", {"cookie": f"{SESSION}=s"}
        yield pids, await held.enter_async_context(httpx.AsyncClient(base_url=address, headers=cookie, timeout=300))


async def upload(browser: httpx.AsyncClient, draft: UUID, number: int) -> None:
    page = await browser.get(f"/concern-files/{draft}")
    [token, *_] = re.findall(r'name="token" value="([0-9a-f]+)"', page.text.partition("<main")[2])
    added = await browser.post(f"/concern-files/{draft}/add", content=form(token, number), headers=FORM)
    assert added.status_code == 303, added.text


async def download(browser: httpx.AsyncClient, path: str) -> None:
    async with browser.stream("GET", path) as came:
        size = sum([len(piece) async for piece in came.aiter_bytes()])
    assert (came.status_code, size > FILE_BYTES - PIECE) == (200, True)


async def paths(attaching: Attaching) -> list[str]:
    """Where each file is opened, after its draft was sent."""
    found = []
    for row in await attaching.referrals.clone.rows("SELECT attachment_id, draft_id FROM attachment"):
        attaching.draft = UUID(str(row["draft_id"]))
        found.append(f"/attached/{await attaching.send()}/{row['attachment_id']}")
    return found


async def test_no_process_holds_what_passes_through_it(attaching: Attaching) -> None:
    identity = Identity()
    identity.caller = attaching.who
    drafts = [await attaching.start(uuid4()) for _ in range(AT_ONCE)]
    async with processes(attaching, identity) as (pids, browser):

        async def uploads() -> None:
            await asyncio.gather(*(upload(browser, draft, number) for number, draft in enumerate(drafts)))

        grew = await grown(pids, uploads)
        assert len(attaching.on_disk()) == AT_ONCE
        assert max(grew.values()) < GROWS_MAX_BYTES, grew
        sent = await paths(attaching)
        identity.caller, identity.acting = OFFICER, {"role": "triage_officer"}

        async def downloads() -> None:
            await asyncio.gather(*(download(browser, path) for path in sent))

        grew = await grown(pids, downloads)
        assert max(grew.values()) < GROWS_MAX_BYTES, grew


COUNCIL = {"team", "phone", "hours", "office_hours", "out_of_hours_phone", "support_email", "support_phone"}
