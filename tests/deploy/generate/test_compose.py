"""docker-compose.yml has what each service needs, made from its manifest; a new one appears by `make docs`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from deploy.generate import compose
from deploy.generate.documents import filled
from deploy.services import ROOT, load, load_all, settings_of
from shared.manifest import Service

TEXT = (ROOT / "docker-compose.yml").read_text()
DEFAULT = re.compile(r"\$\{PORTAL_\w+:-([^}]*)\}")


def containers(services: list[Service]) -> dict[str, Any]:
    """All containers, as the file is for these services."""
    return dict(yaml.safe_load(filled(TEXT, compose.blocks(services, TEXT)))["services"])


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_each_process_of_a_service_starts_with_what_its_container_is_given(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ["web"] * bool(service.serves) + ["worker"] * service.database:
        for name, value in containers(load_all())[f"{service.name}-{role}"]["environment"].items():
            monkeypatch.setenv(name, DEFAULT.sub(r"\1", str(value)))  # when no password was chosen
        assert settings_of(service.name, service.settings), "docker-compose.yml: what it alone needs stands under x-own"


def test_a_new_service_has_its_containers_its_database_and_its_user() -> None:
    outings = replace(load("lookup"), name="outings")
    made, before = containers([*load_all(), outings]), containers(load_all())
    assert set(made) - set(before) == {"outings-web", "outings-worker"}
    assert made["gateway-web"]["environment"]["GATEWAY_OUTINGS_URL"] == "http://outings-web:8000"
    assert {"OUTINGS_OWNER_URL", "OUTINGS_DATABASE_URL"} <= set(made["migrate"]["environment"])
    assert "OUTINGS_KAFKA_PASSWORD" in made["access"]["environment"]
    unchanged = set(before) - {"gateway-web", "migrate", "access"}
    assert {name: made[name] for name in unchanged} == {name: before[name] for name in unchanged}


def test_both_processes_of_referrals_work_on_the_same_files_in_a_volume() -> None:
    made = containers(load_all())
    for role in ("web", "worker"):
        container = made[f"referrals-{role}"]
        assert f"files:{container['environment']['REFERRALS_FILES']}" in container["volumes"]
    assert "files" in yaml.safe_load(TEXT)["volumes"]
    assert made["lookup-worker"]["volumes"] == ["ca:/ca:ro"]


def test_what_is_written_by_hand_stays() -> None:
    text = "a: 1  # by hand\n  # >>> some, made by `make docs`\n  old: 1\n  # <<< some\nb: 2\n"
    assert filled(text, {"some": "  new: 1\n"}) == text.replace("old", "new")
    assert filled(filled(text, {"some": ""}), {"some": "  old: 1\n"}) == text
    with pytest.raises(KeyError, match="other"):
        filled(text, {"other": ""})
