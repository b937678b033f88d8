"""A new service is its folder and its contract: laid into a copy of the checkout, and every check passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checkout import ROOT, Checkout, copied
from tests.support.engines import Engines

pytestmark = pytest.mark.timeout(600)

ADDED = ROOT / "tests/architecture/added"
NAMED_IN = ("docker-compose.yml", "deploy/postgres/services.hba.conf", "docs/events.md", "docs/openapi/identity.json")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """With the service in it, and what is derived made again."""
    made = copied(tmp_path_factory.mktemp("service") / "checkout")
    made.put("services/visits", ADDED / "visits")
    made.put("shared/contracts/visits.py", ADDED / "contract.py")
    assert made.touched == {"services/visits", "shared/contracts/visits.py"}
    made.put("tests/visits/test_noting.py", ADDED / "noting.py")
    made.must("-m", "tests.contracts.frozen")
    made.must("-m", "deploy.generate")
    return made


def test_what_lists_services_lists_it_too(checkout: Checkout) -> None:
    assert [path for path in NAMED_IN if "visits" not in (checkout.root / path).read_text()] == []


def test_every_check_passes(checkout: Checkout) -> None:
    checkout.must("-m", "tests", "check")


def test_the_rules_hold_it(checkout: Checkout) -> None:
    said = checkout.test("tests/architecture", "tests/contracts", "tests/deploy/generate", "tests/deploy/operate", "-v")
    for rule in ("test_every_route_is_guarded_or_open_to_all[visits]", "test_audit_reacts_to_every_fact[visits.VisitN"):
        assert rule in said


def test_it_does_its_work_on_a_database_of_its_own(checkout: Checkout, engines: Engines) -> None:
    assert "1 passed" in checkout.test("tests/visits", engines=engines.exported())


def test_one_that_leans_on_another_service_is_refused(checkout: Checkout) -> None:
    own = checkout.root / "services/visits/domain.py"
    own.write_text('"""Leans on lookup."""\n\nfrom services.lookup import domain as domain\n')
    refused = checkout.python("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    own.unlink()
    assert "services.visits is not allowed to import services.lookup" in refused.stdout


def test_one_that_is_listed_nowhere_yet_is_named_with_what_to_do(tmp_path: Path) -> None:
    made = copied(tmp_path / "checkout")
    made.put("services/visits", ADDED / "visits")
    made.put("shared/contracts/visits.py", ADDED / "contract.py")
    stale = made.python("-m", "deploy.generate", "--check")
    assert stale.returncode == 1
    assert "docker-compose.yml is out of date: make docs" in stale.stderr
