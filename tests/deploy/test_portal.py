"""The portal command on a whole portal: what is killed comes back, what was kept is found again, nothing is left."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.ports import LOOPBACK
from deploy.local.state import RunFile
from shared.bus import Record
from shared.contracts import Meta
from shared.contracts.lookup import SearchMade
from shared.kafka import KafkaBus
from tests.support.portal import Portal, operator, portal
from tests.support.until import until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    with portal() as made:
        made.up("--schools", "2", "--children", "60")
        yield made


def processes(home: Path) -> list[int]:
    """Every process whose command or environment names this home."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _names(entry, str(home))]


def _names(process: Path, home: str) -> bool:
    try:
        told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    except OSError:
        return False
    return int(process.name) != os.getpid() and home.encode() in told


async def test_a_killed_service_is_started_again(running: Portal) -> None:
    os.kill(running.run["parts"]["referrals"]["pid"], signal.SIGKILL)

    async def seen() -> tuple[int, str]:
        part = RunFile(running.home).read().parts["referrals"]
        return part.restarts, part.state

    await until(seen, lambda now: now == (1, "ready"), within_s=90)


async def test_status_is_one_flat_object_of_strings(running: Portal) -> None:
    status = running.status
    services = {"gateway", "identity", "lookup", "referrals", "audit", "feed"}
    assert set(status) == services | {"kafka", "connect", "postgres", "source"}
    assert all(isinstance(value, str) for value in status.values())


async def test_a_second_up_in_the_same_home_is_refused_while_the_first_runs(running: Portal) -> None:
    refused = running.ask("up", "--detach")
    assert refused.returncode == 1
    assert "already runs in" in refused.stderr


async def test_a_record_set_aside_is_listed_and_given_again(running: Portal) -> None:
    bus = KafkaBus(operator(running.home), "test-dead")
    await bus.append([made_up(b"{}", type="lookup.Imagined.v1"), made_up(b"no JSON", type=SearchMade.type)])
    await bus.stop()

    async def letters() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(running.do("dead", "list", "audit.record", "--json"))
        return listed

    [letter] = await until(letters, lambda found: len(found) == 1, within_s=60)
    assert (letter["group"], letter["topic"], letter["type"]) == ("audit.record", SearchMade.topic, SearchMade.type)
    assert not letter["replayed"]
    assert "1 given to audit.record again" in running.do("dead", "replay", "audit.record")
    again = await until(letters, lambda found: len(found) == 2, within_s=60)  # it is no better than it was
    assert [one["replayed"] for one in again] == [True, False]
    assert "1 given to audit.record again" in running.do("dead", "replay", "audit.record")


def made_up(body: bytes, type: str) -> Record:
    meta = Meta(id=uuid4(), type=type, source="lookup", time=datetime.now(UTC), correlation=uuid4(), actor=str(uuid4()))
    return Record(SearchMade.topic, str(meta.id).encode(), body, tuple(meta.to_headers().items()))


async def test_an_operator_ends_somebodys_access_by_their_address(running: Portal) -> None:
    account = next(one for one in running.accounts if one["role"] == "headteacher")
    assert "can do nothing any more" in running.do("disable", account["email"])
    refused = running.ask("disable", "nobody@example.org")
    assert refused.returncode == 1
    assert "There is no account of this email address" in refused.stderr


async def test_killed_outright_and_started_again_it_finds_its_data(running: Portal) -> None:
    accounts = running.accounts
    os.kill(running.run["supervisor"]["pid"], signal.SIGKILL)

    async def left() -> list[int]:
        return processes(running.home)

    await until(left, lambda pids: not pids, within_s=90)
    assert running.ask("status").returncode == 3
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        refused = running.ask("up", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "is in use by another program" in refused.stderr
    running.up()
    assert running.accounts == accounts
    assert running.ask("up", "--children", "90").returncode == 1


async def test_down_leaves_no_process(running: Portal) -> None:
    running.do("down")
    assert processes(running.home) == []
