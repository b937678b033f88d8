"""docker-compose.yml: the doors that are shut in the local platform are shut there too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.connect import CAPTURE_SECRET, rest
from deploy.local.engines import connect
from deploy.services import ROOT

START = ROOT / "deploy/connect/start.sh"
PASSWORD = "only a test's"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


def test_only_what_captures_shares_a_network_with_connect_and_the_source(services: dict[str, Any]) -> None:
    near = {name for name, service in services.items() if "capture" in service.get("networks", ["default"])}
    assert near == {"connect", "source", "kafka", "feed-worker", "demo", "drift"}
    assert services["connect"]["networks"] == ["capture"]
    assert services["source"]["networks"] == ["capture", "intake"]
    assert [name for name, service in services.items() if "ports" in service] == ["gateway-web"]


def test_only_what_hands_referrals_over_shares_the_other_network_with_the_source(services: dict[str, Any]) -> None:
    near = {name for name, service in services.items() if "intake" in service.get("networks", [])}
    assert near == {"source", "referrals-web", "referrals-worker"}


def test_a_connector_can_name_nothing_but_the_captures_password(services: dict[str, Any]) -> None:
    local = connect.properties("", 0, [CAPTURE_SECRET])
    given = {
        name.removeprefix("CONNECT_").lower().replace("_", "."): value
        for name, value in services["connect"]["environment"].items()
        if name.startswith("CONNECT_")
    }
    for name in ("config.providers.env.param.allowlist.pattern", "connector.client.config.override.policy"):
        assert given[name] == local[name]


def test_both_clusters_have_the_rules_of_the_local_platform(services: dict[str, Any]) -> None:
    for name, rules in (("postgres", "services.hba.conf"), ("source", "source.hba.conf")):
        assert f"./deploy/postgres/{rules}:/portal/{rules}:ro" in services[name]["volumes"]
        assert f"hba_file=/portal/{rules}" in services[name]["command"]
    assert "output_plugin_libraries=pgoutput" in services["source"]["command"]


def started(kafka_home: Path) -> dict[str, str]:
    """The environment in which the image's own entry is run."""
    entry = kafka_home / "entry"
    entry.write_text("#!/bin/sh\nenv\n")
    entry.chmod(0o755)
    given = {
        "PATH": os.environ["PATH"],
        "KAFKA_HOME": str(kafka_home),
        "TMPDIR": str(kafka_home),
        "PORTAL_CONNECT_PASSWORD": PASSWORD,
    }
    done = subprocess.run(["bash", str(START), str(entry)], env=given, capture_output=True, text=True, check=True)
    return dict(line.partition("=")[::2] for line in done.stdout.splitlines())


def test_connect_in_its_image_asks_for_a_password(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs/connect-basic-auth-extension-4.2.0.jar").touch()
    seen = started(tmp_path)
    assert seen["CONNECT_REST_EXTENSION_CLASSES"] == connect.properties("", 0)["rest.extension.classes"]
    assert PASSWORD not in seen["KAFKA_OPTS"]
    jaas = Path(seen["KAFKA_OPTS"].partition("login.config=")[2])
    passwords = Path(jaas.read_text().split('"')[1])
    assert passwords.read_text() == f"{rest.USER}={PASSWORD}\n"
    assert passwords.parent.stat().st_mode & 0o777 == 0o700
