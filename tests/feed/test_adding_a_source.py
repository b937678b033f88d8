"""A new source is one folder: laid into a copy of the checkout it is found by its name, and every check passes."""

from __future__ import annotations

import pytest

from tests.support.checkout import ROOT, Checkout, copied

pytestmark = pytest.mark.timeout(600)

FOLDER = "services/feed/sources/tiny"
CHOSEN = "from services.feed.chosen import from_environment; print(from_environment().source.name)"
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CAPTURED = "from deploy.connect import captured; print(captured()['table.include.list'])"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """With the tests' tiny source in it."""
    made = copied(tmp_path_factory.mktemp("source") / "checkout")
    made.put(FOLDER, ROOT / "tests/feed/sources/tiny")
    return made


def test_it_is_one_folder_found_by_its_name_and_captured(checkout: Checkout) -> None:
    assert checkout.touched == {FOLDER}
    assert checkout.must("-c", CHOSEN, FEED_SOURCE="tiny").strip() == "tiny"
    assert checkout.must("-c", CAPTURED, FEED_SOURCE="tiny").startswith("public.pupil,public.enrolment,")
    refused = checkout.python("-c", CHOSEN, FEED_SOURCE="mosaic").stderr
    assert "has no folder 'mosaic', but council, dfe, directories, ssd, tiny" in refused


def test_every_check_passes(checkout: Checkout) -> None:
    checkout.must("-m", "tests", "check")


def test_what_holds_for_every_source_is_tested_for_it(checkout: Checkout) -> None:
    said = checkout.test("tests/feed/sources/test_every_source.py", "tests/feed/ways/test_known_only_there.py", "-rp")
    assert "is_called_as_its_folder[services.feed.sources.tiny]" in said


def test_one_that_leans_on_what_it_may_not_is_refused(checkout: Checkout) -> None:
    own = checkout.root / FOLDER / "rows.py"
    own.write_text('"""Reads what is kept."""\n\nfrom services.feed.mirror import store as store\n')
    refused = checkout.python("-c", LINT)
    tested = checkout.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/feed/sources/test_every_source.py")
    own.unlink()
    assert "services.feed.sources is not allowed to import services.feed.mirror" in refused.stdout
    assert tested.returncode == 1
