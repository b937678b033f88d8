"""docker-compose.yml without Docker: who is given which password, and its Kafka's settings on a real broker."""

from __future__ import annotations

import asyncio
import re
import signal
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from deploy.cli.where import OperatorSettings
from deploy.local.engines import kafka
from deploy.local.processes import ports
from deploy.operate import acls, certificates, containers, topics
from deploy.services import ROOT, load_all
from services.lookup.settings import Settings
from shared.contracts.identity import Session
from shared.contracts.lookup import SearchMade
from shared.log.kafka import Cluster, KafkaBus
from shared.log.record import Record
from tests.shared.own import Engine
from tests.support import homes

TEXT = (ROOT / "docker-compose.yml").read_text()
VARIABLE = re.compile(r"\$\{(PORTAL_\w+):-([^}]*)\}")
OPERATORS = {"access", "migrate", "topics"}  # run once, and make what the others come with


def services() -> dict[str, Any]:
    return dict(yaml.safe_load(TEXT)["services"])


def environment(service: str) -> dict[str, str]:
    given = services()[service].get("environment", {})
    return {name: VARIABLE.sub(lambda found: found[2], str(value)) for name, value in given.items()}


def passwords_of(service: str) -> set[str]:
    """The variables of passwords that a container is given."""
    given = map(str, services()[service].get("environment", {}).values())
    return {name for value in given for name, _ in VARIABLE.findall(value) if "PASSWORD" in name}


def test_every_password_is_its_own_and_can_be_made() -> None:
    found = {pair for pair in VARIABLE.findall(TEXT) if not pair[0].endswith(("_IMAGE", "_PORT"))}
    assert sorted(name for name, _ in found) == sorted(containers.passwords(load_all()))  # so each has one default
    assert len({default for _, default in found}) == len(found)


def test_made_passwords_differ_and_need_no_quoting() -> None:
    made = containers.passwords(load_all())
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch(r"[\w=-]{32,}", value) for value in made.values())


COMPARED = ("CAPTURE", "FEED_SERVICE", "LOOKUP_SERVICE")
"""As whom drift is looked for: who captures the source, and the two who keep what is compared with it."""


@pytest.mark.parametrize("service", sorted(set(services()) - OPERATORS - {"demo", "kafka", "connect"}))
def test_a_container_is_given_no_password_but_its_own(service: str) -> None:
    name, _, role = service.partition("-")
    own = {f"PORTAL_{name.upper()}_SERVICE_PASSWORD"} if (ROOT / f"services/{name}/migrations").exists() else set()
    engine = {f"PORTAL_{name.upper()}_PASSWORD"} if name in ("postgres", "source") else set()
    sends = {f"PORTAL_{name.upper()}_KAFKA_PASSWORD"} if role == "worker" else set()
    watches = {"PORTAL_CONNECT_PASSWORD"} if name == "feed" else set()
    hands_over = {"PORTAL_INTAKE_PASSWORD"} if name == "referrals" else set()
    compares = {f"PORTAL_{each}_PASSWORD" for each in COMPARED} if name == "drift" else set()
    assert passwords_of(service) == own | engine | sends | watches | hands_over | compares


def test_images_can_be_pinned_by_digest() -> None:
    images = {name: default for name, default in VARIABLE.findall(TEXT) if name.endswith("_IMAGE")}
    assert images == containers.IMAGES
    assert f"ARG PYTHON_IMAGE={images['PORTAL_PYTHON_IMAGE']}\n" in (ROOT / "deploy/Dockerfile").read_text()
    named = {service["image"] for service in services().values()}
    assert all(VARIABLE.fullmatch(image) for image in named - {"schools-child-portal"})


def test_certificates_are_made_once_and_anew_when_asked(tmp_path: Path) -> None:
    assert certificates.make(tmp_path, tmp_path, "kafka")
    assert not certificates.make(tmp_path, tmp_path, "kafka")
    before = (tmp_path / "ca.pem").read_bytes()
    assert certificates.make(tmp_path, tmp_path, "kafka", anew=True)
    assert (tmp_path / "ca.pem").read_bytes() != before
    (tmp_path / "ca.pem").write_bytes(before)  # of another make: they do not belong together
    assert certificates.make(tmp_path, tmp_path, "kafka")


@pytest.mark.parametrize("name", ["ca.pem", "kafka.pem"])
@pytest.mark.parametrize("left", [b"", b"-----BEGIN CERTIFICATE-----\nMII"])
def test_certificates_that_were_cut_off_are_made_again(tmp_path: Path, name: str, left: bytes) -> None:
    certificates.make(tmp_path, tmp_path, "kafka")
    (tmp_path / name).write_bytes(left)
    assert certificates.make(tmp_path, tmp_path, "kafka")
    assert not certificates.make(tmp_path, tmp_path, "kafka")


def test_certificates_that_end_soon_are_told_of_and_not_changed_under_a_broker_that_runs(tmp_path: Path) -> None:
    certificates.make(tmp_path, tmp_path, "kafka")
    assert certificates.ends_soon(tmp_path, "kafka") is None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=certificates.VALID_DAYS - 10)):
        assert certificates.ends_soon(tmp_path, "kafka")
        assert not certificates.make(tmp_path, tmp_path, "kafka")


@dataclass(frozen=True)
class Running:
    """The containers' Kafka, in this machine's ports and folders."""

    folder: Path
    servers: str

    def cluster(self, settings: Any) -> Cluster:
        return replace(Cluster.of(settings), servers=self.servers, ca_file=str(self.folder / "ca.pem"))

    @property
    def operator(self) -> Cluster:
        return self.cluster(read(OperatorSettings, "portal", "topics"))

    @property
    def lookup(self) -> Cluster:
        return self.cluster(read(Settings, "lookup", "lookup-worker"))


def read(kind: Any, prefix: str, service: str) -> Any:
    """Settings as the container has them."""
    given = environment(service).items()
    mine = {name.lower().removeprefix(f"{prefix}_"): value for name, value in given}
    return kind.model_validate(mine)


def named(variable: str) -> str:
    """The setting that the image makes of a variable."""
    words = variable.removeprefix("KAFKA_").lower()
    return words.replace("_", ".").replace("...", "-").replace("..", "_")


def properties(home: Path, port: int, controller: int) -> dict[str, str]:
    """As the image makes them of its environment, but for where things are."""

    given = {named(name): value for name, value in environment("kafka").items() if name.startswith("KAFKA_")}
    here = {
        "listeners": f"CLIENT://localhost:{port},CONTROLLER://localhost:{controller}",
        "advertised.listeners": f"CLIENT://localhost:{port}",
        "controller.quorum.voters": f"1@localhost:{controller}",
        "log.dirs": str(home / "kafka/data"),
        "ssl.keystore.location": str(home / "kafka.pem"),
        "ssl.truststore.location": str(home / "ca.pem"),
        "offsets.topic.num.partitions": "4",
    }
    assert set(here) - {"offsets.topic.num.partitions"} <= set(given)
    return given | here


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Running]:
    with homes.home("test") as home:
        chosen = ports.choose(("kafka", "controller"), {}, {})
        certificates.make(home, home, "kafka")
        await asyncio.to_thread(kafka.initialise, home, chosen["kafka"], chosen["controller"])
        settings = properties(home, chosen["kafka"], chosen["controller"])
        kafka.write_properties(home / "kafka/server.properties", settings)
        engine = Engine(kafka.part(home, chosen["kafka"]))
        await engine.start()
        try:
            yield Running(home, f"localhost:{chosen['kafka']}")
        finally:
            await engine.stop(signal.SIGKILL)


async def append(cluster: Cluster, topic: str) -> None:
    bus = KafkaBus(cluster, "test")
    try:
        await bus.append([Record(topic, b"key", b"{}")])
    finally:
        await bus.stop()


@pytest.mark.engines
async def test_a_container_speaks_to_kafka_by_its_own_password_over_tls(running: Running) -> None:
    given = {name: environment("access")[f"{name.upper()}_KAFKA_PASSWORD"] for name in acls.principals(load_all())}
    await acls.apply(running.operator, load_all(), given, alone=True)
    await topics.ensure(running.operator, load_all())
    await append(running.lookup, SearchMade.topic)
    with pytest.raises(TopicAuthorizationFailedError):
        await append(running.lookup, Session.topic)


@pytest.mark.engines
async def test_a_broker_whom_nobody_vouches_for_is_not_believed(running: Running, tmp_path: Path) -> None:
    certificates.make(tmp_path, tmp_path, "kafka")
    with pytest.raises(ssl.SSLCertVerificationError):
        await append(replace(running.operator, ca_file=str(tmp_path / "ca.pem")), SearchMade.topic)
    with pytest.raises(ssl.SSLCertVerificationError):
        other = running.operator.servers.replace("localhost", "127.0.0.1")
        await append(replace(running.operator, servers=other), SearchMade.topic)


@pytest.mark.engines
async def test_nobody_speaks_to_the_containers_kafka_in_plain_text(running: Running) -> None:
    with pytest.raises((KafkaError, TimeoutError)):
        await append(replace(running.operator, security="SASL_PLAINTEXT"), SearchMade.topic)
