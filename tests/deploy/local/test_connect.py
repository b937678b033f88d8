"""Kafka Connect's REST interface: shut to whoever has no password, and naming nothing that a connector may not know."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.engines import Engines
from tests.support.source import CONNECT_PASSWORD, Connect, connect_worker

pytestmark = [pytest.mark.engines, pytest.mark.timeout(300)]

NAMED, SECRET = "PORTAL_TEST_CAPTURE", "the capture's password"
VALIDATE = "/connector-plugins/io.debezium.connector.postgresql.PostgresConnector/config/validate"
CLASS = {"connector.class": "io.debezium.connector.postgresql.PostgresConnector"}


@pytest.fixture(scope="module")
async def connect(engines: Engines) -> AsyncIterator[Connect]:
    async with connect_worker(engines.kafka, {NAMED: SECRET, "PORTAL_TEST_OTHER": "another secret"}, [NAMED]) as made:
        yield made


@pytest.mark.parametrize("password", [None, "", "wrong"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/connectors"),
        ("PUT", VALIDATE),
        ("PUT", "/connectors/mine/config"),
        ("POST", "/connectors"),
        ("POST", "/connectors/mine/restart"),
        ("DELETE", "/connectors/mine/offsets"),
        ("GET", "/connector-plugins"),
    ],
)
async def test_who_has_no_password_can_ask_connect_nothing(
    connect: Connect, method: str, path: str, password: str | None
) -> None:
    auth = None if password is None else ("portal", password)
    async with httpx.AsyncClient(base_url=connect.url, auth=auth, trust_env=False) as stranger:
        answer = await stranger.request(method, path, json={**CLASS, "database.password": f"${{env:{NAMED}}}"})
    assert answer.status_code == 401
    assert SECRET not in answer.text


async def test_what_the_workers_say_among_themselves_is_refused_to_a_stranger(connect: Connect) -> None:
    async with httpx.AsyncClient(base_url=connect.url, trust_env=False) as stranger:
        tasks = await stranger.post("/connectors/mine/tasks", json=[CLASS])
        fence = await stranger.put("/connectors/mine/fence")
        levels = await stranger.put("/admin/loggers/root", json={"level": "TRACE"})
    assert [answer.is_success for answer in (tasks, fence, levels)] == [False, False, False]


async def test_a_connector_can_name_only_the_variable_that_is_meant_for_it(connect: Connect) -> None:
    for name, shown in ((NAMED, SECRET), ("PORTAL_TEST_OTHER", "${env:PORTAL_TEST_OTHER}"), ("PATH", "${env:PATH}")):
        answer = await connect.ask("PUT", VALIDATE, {**CLASS, "tasks.max": f"${{env:{name}}}"})
        faults = [fault for one in answer.json()["configs"] for fault in one["value"]["errors"]]
        assert any(f"Invalid value {shown} for configuration tasks.max" in fault for fault in faults), faults


async def test_no_password_is_in_the_command_and_its_files_are_for_their_owner(connect: Connect) -> None:
    shown = subprocess.run(["ps", "-o", "args=", "-ww", "-p", str(connect.pid)], capture_output=True, text=True)
    assert shown.stdout
    assert CONNECT_PASSWORD not in shown.stdout.split()
    assert SECRET not in shown.stdout
    for name in ("rest.properties", "jaas.conf"):
        assert (connect.home / "connect" / name).stat().st_mode & 0o777 == 0o600
