"""A home gives each service what it cannot start without."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from deploy.local.home import Remembered, make_home
from deploy.local.places import OF_ALL, Places, operations_of
from deploy.services import NAMES, load_all, settings_of
from deploy.trouble import Trouble
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


def test_a_home_of_a_council_that_gives_extracts_takes_last_nights_records_as_current(
    places: Places,
) -> None:
    places.kept.model = "ssd"
    feed = places.environment("feed", stored=True)
    assert (feed["FEED_SOURCE"], feed["FEED_WAY"]) == ("ssd", "extract")
    assert (feed["FEED_EXTRACTS"], "FEED_CONNECT_URL" in feed) == (str(places.home / "extracts"), False)
    for name in ("lookup", "referrals"):
        assert places.environment(name, stored=True)[f"{name.upper()}_FRESHNESS_LIMIT_S"] == "93600"
    places.kept.save()
    assert Remembered.open(places.home).model == "ssd"


@pytest.mark.parametrize("kept", ["council", "ssd"])
def test_a_home_keeps_the_model_that_it_was_made_with(tmp_path: Path, kept: str) -> None:
    remembered = Remembered.open(make_home(tmp_path))
    remembered.choose(kept, empty=False)
    remembered.choose(None, empty=False)
    assert remembered.model == kept
    with pytest.raises(Trouble, match=f"council of the model {kept}"):
        remembered.choose("ssd" if kept == "council" else "council", empty=False)
    with pytest.raises(Trouble, match="holds a made-up council"):
        remembered.choose(None, empty=True)


def test_an_empty_home_stays_empty_takes_extracts_and_hands_referrals_to_nobody(places: Places) -> None:
    with pytest.raises(Trouble, match="takes a council's extracts"):
        places.kept.choose("council", empty=True)
    places.kept.choose(None, empty=True)
    places.kept.save()
    again = Remembered.open(places.home)
    again.choose(None, empty=False)
    assert (again.empty, again.model, again.extracts) == (True, "ssd", places.home / "extracts")
    assert "REFERRALS_TRANSFER" not in places.environment("referrals", stored=True)
