"""A new fact is four files: its contract, the manifest, the command that emits it, and words for the officer."""

from __future__ import annotations

import pytest

from tests.support.checkout import Checkout, copied

pytestmark = pytest.mark.timeout(600)

CLASS = '''class SearchTried(Fact, key="search_id"):
    """A person asked, before anything was answered. Outcome: `tried`."""

    search_id: UUID


'''
EMITTED = """await tx.emit(SearchTried(**caller.indexed(), search_id=uuid4(), outcome="tried"))
    """
WORDS_TEST = "tests/gateway/journeys/record"
OFFICER = "every_fact_has_words or every_outcome_of_a_fact_has_words"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """With all of the fact but the officer's words; schemas and documents made again."""
    made = copied(tmp_path_factory.mktemp("fact") / "checkout")
    made.insert("shared/contracts", 'class SearchMade(Fact, key="search_id")', CLASS)
    made.insert("services/lookup", "SearchMade]", "SearchTried, ")
    made.insert("services/lookup", "await tx.emit(made)", EMITTED)
    for path in [path for path in made.touched if path.startswith("services")]:
        made.edit(path, "from shared.contracts.lookup import", "SearchMade", "SearchMade, SearchTried")
    made.must("-m", "tests.contracts.frozen")
    made.must("-m", "deploy.generate")
    return made


def test_without_words_for_the_officer_it_is_refused_by_its_name(checkout: Checkout) -> None:
    refused = checkout.python("-m", "pytest", "-q", "-p", "no:cacheprovider", WORDS_TEST, "-k", OFFICER)
    assert refused.returncode == 1
    assert "SearchTried" in refused.stdout


def test_with_them_four_files_were_touched_and_every_check_passes(checkout: Checkout) -> None:
    words = '"SearchTried": ("Search tried", "tried to look up a child"), '
    checkout.insert("services/gateway", '"SearchMade": ("Search"', words)
    without_its_outcome = checkout.python("-m", "pytest", "-q", "-p", "no:cacheprovider", WORDS_TEST, "-k", OFFICER)
    assert "'tried'" in without_its_outcome.stdout
    checkout.insert("services/gateway", '"found": "Worker shown"', '"tried": "Tried", ')
    checkout.must("-m", "ruff", "format", "-q", ".")
    assert len(checkout.touched) == 4
    assert "SearchTried" in (checkout.root / "docs/events.md").read_text()
    checkout.must("-m", "tests", "check")
    checkout.test("tests/architecture/test_events.py", "tests/contracts")
    checkout.test(WORDS_TEST, "-k", OFFICER)
