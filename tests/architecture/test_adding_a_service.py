"""A new service is its folder and its contract: laid into a copy of the checkout, and every check passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.checkout import ROOT, Checkout, copied
from tests.support.engines import Engines

pytestmark = pytest.mark.timeout(600)

ADDED = ROOT / "tests/architecture/added"
RULES = ("tests/architecture", "tests/contracts", "tests/deploy")
ASKED = (
    "test_every_route_is_guarded_or_open_to_all[visits]",
    "test_audit_reacts_to_every_fact[visits.VisitNoted.v1]",
    "test_an_event_has_one_emitter_its_owner[visits.VisitNoted.v1]",
    "test_a_service_imports_with_the_others_removed_from_disk[visits]",
    "test_a_service_starts_with_what_its_home_gives_it[visits]",
    "test_each_process_of_a_service_starts_with_what_its_container_is_given[visits]",
)
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


def test_every_rule_for_services_is_asked_of_it(checkout: Checkout) -> None:
    said = checkout.test(*RULES, "-k", "visits or registry or compose or containers", "-vv")
    assert [rule for rule in ASKED if rule not in said] == []


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
