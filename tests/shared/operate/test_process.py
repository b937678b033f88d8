"""One real process of a service: where it answers what, and that half requests do not hold up its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from deploy.local.processes import ports
from deploy.services import load_all
from shared.operate.process import ProcessRole, _weighed
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.until import until

WATCHED = ("/healthz", "/readyz", "/metrics")
GATEWAY = {
    "GATEWAY_SECRET": "a secret of forty characters, or about so", "GATEWAY_TEAM": "the team", "GATEWAY_PHONE": "1",
    "GATEWAY_HOURS": "always", "GATEWAY_OFFICE_HOURS": "Mo-Su 00:00-24:00", "GATEWAY_SUPPORT_PHONE": "3",
    "GATEWAY_OUT_OF_HOURS_PHONE": "2",
}  # fmt: skip
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n"
HALVES = [b"", b"GET / HT", b"POST /find HTTP/1.1\r\nHost: a\r\n" + FORM + b"x"]
ANSWERS_S = 60.0
"""A first page, whose template is compiled for it, on a machine that has much else to do."""
Process = asyncio.subprocess.Process


@asynccontextmanager
async def running(service: str, role: str, settings: Mapping[str, str]) -> AsyncIterator[tuple[Process, int, int]]:
    """The process, its port and its operations port, when it answers operators."""
    port, operations = ports.find(2)
    prefix = service.upper()
    given = {f"{prefix}_PORT": str(port), f"{prefix}_OPERATIONS_PORT": str(operations), **settings}
    command = [sys.executable, "-m", "deploy.cli", "run", service, "--role", role]
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **given})
    try:
        await until(lambda: ask(operations, "/healthz"), lambda status: status == 200, within_s=90)
        yield process, port, operations
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ask(port: int, path: str) -> int | None:
    """The status, however long it takes; None if nobody listens."""
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWERS_S) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}{path}")).status_code
        except httpx.TransportError:
            return None


async def test_what_operators_ask_is_answered_on_a_port_of_its_own_alone() -> None:
    async with running("gateway", "web", GATEWAY) as (_, port, operations):
        assert [await ask(port, path) for path in WATCHED] == [404, 404, 404]
        assert [await ask(operations, path) for path in WATCHED] == [200, 200, 200]
        assert (await ask(port, "/help"), await ask(operations, "/help")) == (200, 404)


async def test_a_worker_listens_only_for_operators(
    engines: Engines, database: Callable[[str], Awaitable[Clone]]
) -> None:
    settings = {"LOOKUP_DATABASE_URL": (await database("lookup")).dsn, "LOOKUP_KAFKA": engines.kafka}
    async with running("lookup", "worker", settings) as (_, port, operations):
        assert await ask(operations, "/metrics") == 200
        assert await ask(port, "/healthz") is None


@pytest.mark.parametrize("service", [service.name for service in load_all() if service.checks])
async def test_a_services_own_checks_are_asked_by_readyz(
    service: str, engines: Engines, database: Callable[[str], Awaitable[Clone]]
) -> None:
    prefix = service.upper()
    settings = {f"{prefix}_DATABASE_URL": (await database(service)).dsn, f"{prefix}_KAFKA": engines.kafka}
    async with running(service, "worker", settings) as (_, _, operations):
        assert await ask(operations, "/readyz") in (200, 503)  # it has just started; but never 500


async def says_no() -> str | None:
    return "No."


@pytest.mark.parametrize(("role", "against", "told"), [("web", 1, 2), ("worker", 3, 0), ("all", 3, 0)])
def test_that_nothing_comes_in_is_told_and_is_no_reason_against_a_process_that_only_answers(
    role: ProcessRole, against: int, told: int
) -> None:
    """The first check is the database's, without which there is no answer: the others are the service's own."""
    reasons, degraded = _weighed(role, [says_no] * 3)
    assert (len(reasons), len(degraded)) == (against, told)


async def test_half_requests_do_not_hold_up_the_end() -> None:
    async with running("gateway", "web", GATEWAY) as (process, port, _):
        streams = [await asyncio.open_connection("127.0.0.1", port) for _ in HALVES]
        for half, (_, writer) in zip(HALVES, streams, strict=True):
            writer.write(half)
        assert await ask(port, "/help") == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 8) == 0
        for _, writer in streams:
            writer.transport.abort()
