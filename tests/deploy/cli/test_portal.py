"""The portal command on a whole portal: what is killed comes back, what was kept is found again, nothing is left."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.processes.ports import LOOPBACK
from deploy.local.processes.run import RunFile
from deploy.services import NAMES, load_all
from shared.contracts import Meta
from shared.contracts.lookup import SearchMade
from shared.log.kafka import KafkaBus
from shared.log.record import Record
from tests.support.portal import Portal, operator, portal
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

BACK_S = 240  # two Javas after one another, on a machine that has much else to do


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
    status = json.loads(running.do("status", "--json"))
    watched = {f"{name}_operations" for name in NAMES}
    assert set(status) == {*NAMES} | watched | {"kafka", "connect", "postgres", "source"}
    assert all(isinstance(value, str) for value in status.values())


async def test_health_and_metrics_are_on_a_port_of_their_own_and_not_where_the_service_answers(
    running: Portal,
) -> None:
    status, watched = running.status, ("/healthz", "/readyz", "/metrics")
    async with httpx.AsyncClient(trust_env=False) as client:
        for name in (service.name for service in load_all() if service.serves):
            assert {(await client.get(status[name] + path)).status_code for path in watched} == {404}
        for name in NAMES:
            assert (await client.get(f"{status[f'{name}_operations']}/healthz")).is_success
            assert "portal_" in (await client.get(f"{status[f'{name}_operations']}/metrics")).text


async def test_status_shows_no_secret_unless_asked(running: Portal) -> None:
    secrets = json.loads((running.home / "kept.json").read_text())["secrets"].values()
    plain = running.do("status", "--json") + running.do("status")
    assert [secret for secret in secrets if secret in plain] == []
    assert [name for name, value in running.status.items() if any(secret in value for secret in secrets)] == [
        "postgres",
        "source",
    ]


async def test_no_secret_is_in_a_command_or_in_a_log_and_no_file_is_for_others(running: Portal) -> None:
    secrets = json.loads((running.home / "kept.json").read_text())["secrets"].values()
    commands = b"".join((Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in processes(running.home))
    logs = b"".join(path.read_bytes() for path in (running.home / "logs").iterdir())
    assert [secret for secret in secrets if secret.encode() in commands + logs] == []
    assert [path for path in running.home.rglob("*") if path.is_file() and open_to_others(path, running.home)] == []


def open_to_others(path: Path, home: Path) -> bool:
    """Whether another user of the machine could read it: its own mode, and that of every folder on the way."""
    folders = [parent for parent in path.parents if parent.is_relative_to(home)]
    holds = path.stat().st_size > 0 and path.stat().st_mode & 0o044
    return bool(holds and all(folder.stat().st_mode & 0o001 for folder in folders))


async def test_kafka_and_connect_killed_together_are_back_soon(running: Portal) -> None:
    """Connect ends with status 2 when it is started while Kafka is away: it is started once, when Kafka answers."""
    before = running.run["parts"]
    for name in ("connect", "kafka"):
        os.kill(before[name]["pid"], signal.SIGKILL)

    async def seen() -> dict[str, tuple[int, str]]:
        parts = RunFile(running.home).read().parts
        return {
            name: (parts[name].restarts - before[name]["restarts"], parts[name].state) for name in ("kafka", "connect")
        }

    await until(seen, lambda now: now == {"kafka": (1, "ready"), "connect": (1, "ready")}, within_s=BACK_S)


async def test_postgresql_and_the_source_killed_while_they_start_are_back_soon(running: Portal) -> None:
    async def pid(name: str) -> int:
        return RunFile(running.home).read().parts[name].pid

    for name in ("postgres", "source") * 3:
        before = await pid(name)
        with contextlib.suppress(ProcessLookupError):  # it ended by itself: another one still holds its memory
            os.kill(before, signal.SIGKILL)
        await until(lambda name=name: pid(name), lambda now, before=before: now != before, within_s=60)

    async def states() -> set[str]:
        return {RunFile(running.home).read().parts[name].state for name in ("postgres", "source")}

    await until(states, lambda now: now == {"ready"}, within_s=BACK_S)


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


async def test_a_person_asks_for_the_code_that_their_sign_in_takes(running: Portal) -> None:
    email = running.accounts[0]["email"]
    before, said, after = running.code(email), running.do("demo", "code", email).strip(), running.code(email)
    assert said in (before, after)


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
