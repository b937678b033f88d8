"""A process killed just before or after a search's commit: no answer without its record; at most a record too many."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.lookup.world import UNKNOWN_UPN, Lookup
from tests.support.until import until
from tests.support.web import Issuer, caller


@pytest.mark.parametrize(("when", "records"), [("before", 0), ("after", 1)])
async def test_a_search_that_is_killed_gives_no_answer_and_at_most_one_record(
    lookup: Lookup, tmp_path: Path, when: str, records: int
) -> None:
    issuer, socket = Issuer(), tmp_path / "socket"
    given = {"CRASHING_DSN": lookup.clone.dsn, "CRASHING_KEY": json.dumps(issuer.key.as_dict(private=True))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.lookup.searching.crashing", when, str(socket), env={**os.environ, **given}
    )
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://lookup.test", timeout=30) as client:
        await until(lambda: listening(client), within_s=60)
        headers = {"authorization": f"Bearer {issuer.token(caller('lead'), 'lookup')}"}
        with pytest.raises(httpx.TransportError):
            await client.post("/searches", json={"upn": UNKNOWN_UPN, "purpose": "welfare"}, headers=headers)
    assert await process.wait() == -signal.SIGKILL
    assert await lookup.clone.value("SELECT count(*) FROM outbox WHERE topic = 'lookup.facts.v1'") == records


async def listening(client: httpx.AsyncClient) -> bool:
    try:
        return bool((await client.get("/nothing")).status_code)
    except httpx.TransportError:
        return False
