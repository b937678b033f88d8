"""Every metric that the runbook or a README names exists, and each counts what it says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.generate.documents import every_metric
from deploy.operate.drift.metrics import DriftMetrics
from shared.contracts import Event
from shared.database.tx import Cause
from shared.events.relay import Relay
from shared.log.record import Record
from shared.manifest import Reaction, Service
from shared.observe import metrics as observe
from shared.observe.metrics import FADES_S, Fading, gauge, metrics
from shared.settings import ServiceSettings
from shared.web.app import operations
from tests.architecture.tree import code
from tests.shared.world import Ear, InMemory, OnKafka, Stage, counted, fact_type, inboxes, keep, meta, numbered, record
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.serving import listening
from tests.support.until import until
from tests.support.web import Issuer, caller, web

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("services/*/README.md"), *ROOT.glob("deploy/*.md")]
NO_METRICS = {"portal_admin", "portal_capture", "portal_publication"}
"""Roles and the like whose names begin alike."""
SUFFIXES = ("_bucket", "_count", "_sum")
OF_SUITE = {"service": "suite"}


def known() -> dict[str, str]:
    """Each metric by the name that it is shown under, with the attribute by which code counts it."""
    about = {attribute: metric.describe()[0] for attribute, metric in every_metric().items()}
    return {f"{one.name}_total" if one.type == "counter" else one.name: name for name, one in about.items()}


def cause() -> Cause:
    return Cause("test", uuid4())


def alike(fact: type[Event]) -> tuple[tuple[str, bytes], ...]:
    """The headers of a fact, for a record that is none."""
    return tuple(meta(fact).to_headers().items())


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_metric_that_a_document_names_exists(document: Path) -> None:
    named = set(re.findall(r"`(portal_[a-z_]+)", document.read_text(encoding="utf-8"))) - NO_METRICS
    assert {name for name in named if name not in known() and not name.endswith(SUFFIXES)} == set()


def test_every_metric_is_counted_somewhere() -> None:
    counting = "\n".join(file.text for file in code("services", "shared", "deploy"))
    assert {
        name for name in known().values() if not re.search(rf"\bmetrics\.{name}\.(labels|set)\(", counting)
    } == set()


def test_every_metric_is_shown_to_operators() -> None:
    assert all(f"# HELP {name} " in metrics.text().decode() for name in known())


async def test_requests_and_transactions_are_timed(suite: Clone) -> None:
    service = Service(name="suite", purpose="", package="services", settings=ServiceSettings)
    labels = {**OF_SUITE, "route": "unknown", "method": "GET", "status": "404"}
    before = value("portal_request_seconds_count", **labels)
    await web(service, ServiceSettings(), suite.db, Issuer()).get("/nothing", caller("lead"))
    assert value("portal_request_seconds_count", **labels) == before + 1
    told = {**OF_SUITE, "doing": "counting", "end": "committed"}
    async with suite.db.transaction(cause(), "counting") as tx:
        await tx.value("SELECT 1")
    assert value("portal_transaction_seconds_count", **told) == 1


async def test_what_the_relay_hands_over_is_counted(suite: Clone) -> None:
    stage = Stage(InMemory())
    before, fact = value("portal_relayed_total", **OF_SUITE), fact_type(stage.topic)
    async with suite.db.transaction(cause()) as tx:
        await tx.emit(counted(fact, 1), counted(fact, 2))
    relaying = asyncio.create_task(Relay(suite.db, stage.bus).run())
    try:
        await until(lambda: seen("portal_relayed_total", **OF_SUITE), lambda now: now == before + 2)
    finally:
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


async def test_what_is_delivered_and_what_is_set_aside_is_counted(suite: Clone) -> None:
    stage = Stage(InMemory())
    fact = fact_type(stage.topic)
    await stage.make(stage.group)
    reaction = Reaction(facts=(fact,), to=keep, group="keep")
    running = asyncio.create_task(inboxes(stage, suite.db, stage.bus(), reaction).run())
    try:
        await stage.buses[0].append([record(counted(fact, 1)), Record(stage.topic, b"k", b"no fact", alike(fact))])
        await until(lambda: seen("portal_dead_total", group=stage.group), lambda now: now == 1)
        assert value("portal_records_total", group=stage.group, end="done") >= 1
        assert value("portal_delivery_seconds_count", group=stage.group, end="done") >= 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stage.stop()


async def test_a_group_that_waits_for_its_database_says_so(suite: Clone) -> None:
    stage, ready = Stage(InMemory()), asyncio.Event()

    async def react(tx: object, heard: object) -> None:
        if not ready.is_set():
            raise ConnectionError

    fact = fact_type(stage.topic)
    reaction = Reaction(facts=(fact,), to=react, group="keep")
    running = asyncio.create_task(inboxes(stage, suite.db, stage.bus(), reaction).run())
    try:
        await stage.buses[0].append([record(counted(fact, 1))])
        await until(lambda: seen("portal_weather_waiting", group=stage.group), lambda now: now == 1)
        ready.set()
        await until(lambda: seen("portal_weather_waiting", group=stage.group), lambda now: now == 0)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stage.stop()


async def test_records_that_wait_behind_a_busy_group_are_its_lag(engines: Engines) -> None:
    log, ear = OnKafka(engines.kafka), Ear(gate=asyncio.Event())
    stage = Stage(log)
    await log.make(stage.topic, partitions=1)
    bus = stage.bus()
    bus._stall_s = 1.2  # type: ignore[attr-defined]  # it looks twelve times as often
    bus.subscribe(stage.group, [stage.topic], ear)
    await bus.append(numbered(stage.topic, 1))
    await bus.start()
    try:
        await until(lambda: in_hand(ear))
        await bus.append(numbered(stage.topic, 7, since=1))
        await until(lambda: seen("portal_lag_records", group=stage.group), lambda now: now > 0, within_s=30)
        ear.gate.set()
        await until(lambda: seen("portal_lag_records", group=stage.group), lambda now: now == 0, within_s=30)
    finally:
        await stage.stop()


async def test_connections_that_a_bound_ended_are_counted_by_the_bound(suite: Clone) -> None:
    app = operations(Service(name="suite", purpose="", package="services", settings=ServiceSettings), ServiceSettings())
    async with listening(app, head_s=0.2, address_connections_max=1) as held:
        crowded, late, malformed = (cut(why) for why in ("crowded", "head_late", "malformed"))
        await held.client()
        assert (await held.ask(b"nonsense\r\n\r\n")).status == 400
        await (await held.client("127.0.0.2")).say(b"GET ")
        await until(lambda: seen("portal_connections_cut_total", service="shared", why="head_late"), lambda n: n > late)
        assert (cut("crowded"), cut("malformed")) == (crowded + 1, malformed + 1)


def cut(why: str) -> float:
    return value("portal_connections_cut_total", service="shared", why=why)


async def seen(name: str, **labels: str) -> float:
    return value(name, **labels)


async def in_hand(ear: Ear) -> bool:
    return ear.in_hand > 0


async def test_what_a_process_looks_at_no_more_it_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two workers one has lost the work: it shows nothing, and what the other shows is the one truth."""
    now = [1000.0]
    monkeypatch.setattr(observe, "monotonic", lambda: now[0])
    plain, labelled = (gauge(f"portal_suite_{uuid4().hex}", labels, "For a test.", Fading) for labels in ((), ("why",)))
    registry = metrics.registry
    try:
        assert registry.get_sample_value(plain._name) is None
        plain.set(3)
        labelled.labels("held").set(1)
        now[0] += FADES_S / 2
        labelled.labels("due").set(2)
        now[0] += FADES_S / 2
        assert registry.get_sample_value(plain._name) is None
        assert [sample.labels["why"] for sample in next(iter(labelled.collect())).samples] == ["due"]
        plain.set(4)
        assert registry.get_sample_value(plain._name) == 4
    finally:
        registry.unregister(plain)
        registry.unregister(labelled)


def test_whatever_one_worker_at_a_time_measures_fades() -> None:
    """Gauges of a service alone are such; those of every service are this process's own, as are those of drift."""
    every_services = {*vars(type(metrics)), *vars(DriftMetrics)}
    gauges = [one for name, one in every_metric().items() if one._type == "gauge" and name not in every_services]
    assert len(gauges) >= 9
    assert [one._name for one in gauges if not isinstance(one, Fading)] == []
