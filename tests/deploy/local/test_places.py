"""A home gives each service what it cannot start without."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from deploy.local.home import Remembered, make_home
from deploy.local.places import OF_ALL, Places, operations_of
from deploy.services import NAMES, load_all, settings_of
from shared.manifest import Service


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Of a home whose ports have been chosen; nothing runs."""
    kept = Remembered.open(make_home(tmp_path / "home"))
    names = (*NAMES, *map(operations_of, NAMES), "postgres", "source", "kafka", "connect", "mail")
    kept.ports = dict(zip(names, count(20_000), strict=False))
    return Places(tmp_path / "home", kept)


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_a_service_starts_with_what_its_home_gives_it(
    places: Places, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in places.environment(service.name, service.database).items():
        assert name.startswith(f"{service.name.upper()}_") or name in OF_ALL
        monkeypatch.setenv(name, value)
    assert settings_of(service.name, service.settings), "deploy/local/places.py: what it alone needs, in _particular"


def test_hours_that_were_set_for_all_services_reach_those_who_read_them(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_OFFICE_HOURS", "Mo-Fr 07:00-19:00")
    for name in ("gateway", "referrals"):
        assert places.environment(name, stored=True)["PORTAL_OFFICE_HOURS"] == "Mo-Fr 07:00-19:00"
