"""The watch over the connector, against a Connect that answers as the real one does (the real one: test_capture)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.feed.app import service
from services.feed.mirror.readiness import Flow
from services.feed.settings import Settings
from services.feed.ways.capture.watch import Watch, connectors, look
from tests.feed.world import COUNCIL, WORLD, Feed

CONFIG = {"connector.class": "Some", "slot.drop.on.stop": "false"}


ANEW = ["PUT config", "PUT stop", "DELETE offsets", "PUT config", "DELETE offsets", "PUT resume"]
"""What is asked of Connect for a snapshot on a new slot."""


@dataclass
class Connect:
    """One connector: registered, running, failed or stopped; and what was asked of it."""

    config: dict[str, str] | None = None
    state: str = "RUNNING"
    task: str = "RUNNING"
    offsets: bool = True
    status: int = 200
    trace: str = ""
    asked: list[str] = field(default_factory=list)
    read: bool = True
    """Whether the feed has read all that it wrote."""

    async def all_is_read(self) -> bool:
        return self.read

    def client(self) -> httpx.AsyncClient:
        app = Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "PUT", "POST", "DELETE"])])
        return httpx.AsyncClient(base_url="http://connect.test", transport=httpx.ASGITransport(app))

    async def answer(self, request: Request) -> Response:
        what = request.url.path.removeprefix("/connectors/portal/")
        if self.status != 200:
            return Response(status_code=self.status)
        if request.method == "GET":
            return self.look(what)
        self.asked.append(f"{request.method} {what}")
        await self.change(f"{request.method} {what}", request)
        return JSONResponse({})

    def look(self, what: str) -> Response:
        if self.config is None:
            return JSONResponse({"error_code": 404}, 404)
        status = {
            "connector": {"state": self.state},
            "tasks": [{"state": self.task, "trace": self.trace}] if self.state != "STOPPED" else [],
        }
        offsets = {"offsets": [{"offset": {"lsn": 1}}] if self.offsets else []}
        return JSONResponse({"config": {**self.config, "name": "portal"}, "status": status, "offsets": offsets}[what])

    async def change(self, what: str, request: Request) -> None:
        match what:
            case "PUT config":
                self.config = json.loads(await request.body())
            case "PUT stop":
                self.state = "STOPPED"
            case "PUT resume":
                self.state = "RUNNING"
            case "DELETE offsets":
                self.offsets = False
            case "POST restart":
                self.task = "RUNNING"


def watch(connect: Connect, config: dict[str, str] | None = None) -> Watch:
    [watched] = connectors(COUNCIL, Settings.model_validate({"connector": config or {}}))
    return Watch(watched, connect.client, connect.all_is_read)


async def test_a_connector_that_is_missing_is_registered_and_one_that_differs_is_configured(feed: Feed) -> None:
    connect = Connect()
    watching = watch(connect, CONFIG)
    await watching.look(feed.database.db)
    assert connect.config == CONFIG
    connect.config = {**CONFIG, "database.port": "1"}
    await watching.look(feed.database.db)
    await watching.look(feed.database.db)
    assert (connect.config, connect.asked) == (CONFIG, ["PUT config", "PUT config"])


async def test_a_failed_task_is_restarted_and_a_running_one_is_left_alone(feed: Feed) -> None:
    connect = Connect(CONFIG, task="FAILED")
    watching = watch(connect)
    await watching.look(feed.database.db)
    await watching.look(feed.database.db)
    assert connect.asked == ["POST restart"]


@pytest.mark.parametrize("state", ["PAUSED", "STOPPED"])
async def test_what_an_operator_paused_or_stopped_stays_so(feed: Feed, state: str) -> None:
    connect = Connect(CONFIG, state=state)
    await watch(connect, CONFIG).look(feed.database.db)
    assert connect.asked == []


async def test_with_nothing_to_register_a_missing_connector_is_no_fault(feed: Feed) -> None:
    connect = Connect()
    await watch(connect).look(feed.database.db)
    assert connect.asked == []


async def test_a_missed_snapshot_is_taken_on_a_new_slot_once(feed: Feed) -> None:
    await feed.ingest(feed.tape.put(1, *WORLD[0]))
    connect = Connect(CONFIG)
    watching = watch(connect)
    for _ in range(6):
        await watching.look(feed.database.db)
    connect.offsets = True  # it has begun again, and its first records are not here yet
    await watching.look(feed.database.db)
    assert connect.asked == ANEW
    assert (connect.config, connect.state) == (CONFIG, "RUNNING")


async def test_a_snapshot_is_asked_for_only_when_all_that_was_written_before_is_read(feed: Feed) -> None:
    await feed.ingest(feed.tape.put(1, *WORLD[0]))
    connect = Connect(CONFIG, read=False)
    watching = watch(connect)
    for _ in range(4):
        await watching.look(feed.database.db)
    assert connect.asked == ["PUT config", "PUT stop"]
    connect.read = True
    await watching.look(feed.database.db)
    assert connect.state == "STOPPED"  # Connect is to know its configuration before it is resumed
    await watching.look(feed.database.db)
    assert connect.asked == ANEW


async def test_asking_that_was_cut_off_by_a_crash_is_done_again(feed: Feed) -> None:
    await feed.ingest(feed.tape.put(1, *WORLD[0]))
    await feed.ask()
    connect = Connect(CONFIG, state="STOPPED")
    await watch(connect).look(feed.database.db)
    assert connect.asked == ["DELETE offsets", "PUT resume"]


async def test_a_missed_snapshot_goes_before_a_restart_and_a_failed_task_is_still_restarted_after_it(
    feed: Feed,
) -> None:
    await feed.ingest(feed.tape.put(1, *WORLD[0]))
    connect = Connect(CONFIG, task="FAILED")
    watching = watch(connect)
    for _ in range(5):
        await watching.look(feed.database.db)
    assert connect.asked == [*ANEW, "POST restart"]


async def test_a_connector_that_drops_its_slot_is_mended_once_the_snapshot_came(feed: Feed) -> None:
    await feed.ingest(feed.tape.snapshot(100, *WORLD))
    await feed.catch_up()
    connect = Connect({**CONFIG, "slot.drop.on.stop": "true"})
    await watch(connect, CONFIG).look(feed.database.db)
    assert connect.config == CONFIG


@pytest.mark.parametrize("status", [409, 500, 503])
async def test_connect_in_trouble_is_a_transient_failure(feed: Feed, status: int) -> None:
    await watch(Connect(status=status), CONFIG).look(feed.database.db)


async def unready(feed: Feed) -> str:
    """What /readyz of any process of the feed says, a while after it has started."""
    return await Flow(feed.database.db, grace_s=0).unready() or ""


async def beaten(feed: Feed) -> None:
    await feed.live()
    await feed.ingest(feed.tape.beat(110, datetime(2026, 1, 5, 9, 1, tzinfo=UTC)))


SLOT = "io.debezium.DebeziumException: … starting at …, but this is no longer available on the server. Reconfigure …"


@pytest.mark.parametrize(
    ("connect", "words"),
    [
        (Connect(CONFIG, task="FAILED"), "The connector's task has failed."),
        (Connect(CONFIG, task="FAILED", trace=SLOT), "its replication slot is gone"),
        (Connect(CONFIG, state="FAILED"), "has failed"),
        (Connect(CONFIG, state="PAUSED"), "The connector is paused."),
        (Connect(CONFIG, state="STOPPED"), "The connector is stopped."),
        (Connect(CONFIG, status=500), "Kafka Connect does not answer."),
        (Connect(), "does not know the connector"),
    ],
)
async def test_what_is_amiss_with_the_connector_is_told_at_once_and_by_every_process(
    feed: Feed, connect: Connect, words: str
) -> None:
    await beaten(feed)
    await watch(connect).look(feed.database.db)
    assert words in await unready(feed)
    await feed.database.execute("UPDATE cursor SET phase = 'live'")  # where the slot was gone it is read anew first
    await watch(Connect(CONFIG)).look(feed.database.db)
    assert await unready(feed) == ""


async def test_where_the_slot_is_gone_a_restart_cannot_help_and_a_new_snapshot_is_taken(feed: Feed) -> None:
    await beaten(feed)
    connect = Connect(CONFIG, task="FAILED", trace=SLOT)
    watching = watch(connect)
    await watching.look(feed.database.db)
    assert connect.asked == []
    assert "a new snapshot is waited for" in await unready(feed)
    for _ in range(4):
        await watching.look(feed.database.db)
    assert connect.asked == ANEW


async def test_a_connect_that_is_not_there_is_told(feed: Feed) -> None:
    await beaten(feed)
    settings = Settings.model_validate({"connect_url": "http://127.0.0.1:1"})
    await look(feed.database.db, settings)
    assert "Kafka Connect does not answer." in await unready(feed)


async def test_a_source_whose_heart_does_not_beat_is_told_within_seconds(feed: Feed) -> None:
    await beaten(feed)
    assert await unready(feed) == ""
    await feed.database.execute("UPDATE cursor SET beat_at = beat_at - interval '11 seconds'")
    assert "No heartbeat has come from the source for 11 seconds." in await unready(feed)


async def test_a_column_that_is_missing_is_told_by_name(feed: Feed) -> None:
    await beaten(feed)
    row = {name: value for name, value in WORLD[3][1].items() if name != "ends"}
    await feed.ingest(feed.tape.put(111, "allocation", row))
    assert "allocation.ends" in await unready(feed)


async def test_a_process_that_has_just_started_says_nothing_against_the_source_yet(feed: Feed) -> None:
    await watch(Connect(status=500)).look(feed.database.db)
    assert await Flow(feed.database.db).unready() is None


def test_the_manifest_has_it_told_by_readyz(feed: Feed) -> None:
    [check] = service.checks
    assert service.load(check)(feed.database.db).__qualname__ == "Flow.unready"
