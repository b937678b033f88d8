"""A page more is one folder more: in a copy of the checkout it is found, guarded, linked, and held by every check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, Checkout, copied

pytestmark = pytest.mark.timeout(600)

ADDED = ROOT / "tests/architecture/added"
NOTICES = "services/gateway/journeys/notices"
SEEN, MATRIX = "tests/gateway/journeys/test_notices.py", "tests/gateway/journeys/test_matrix.py"
FRAME, ROUTES = "tests/gateway/frame", "tests/architecture/test_routes.py"
ABOUT_IT = "notices or home or two_journeys or [gateway]"
"""Of the tests, those that a page with this name can change."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """With the new page; and with a test of it, which is no part of what must be touched."""
    made = copied(tmp_path_factory.mktemp("page") / "checkout")
    made.put(NOTICES, ADDED / "notices")
    assert made.touched == {NOTICES}
    made.put(SEEN, ADDED / "reading_notices.py")
    return made


def test_every_check_passes(checkout: Checkout) -> None:
    checkout.must("-m", "tests", "check")


def test_it_is_shown_to_its_role_and_held_by_the_tests_that_hold_every_page(checkout: Checkout) -> None:
    said = checkout.test(SEEN, MATRIX, FRAME, ROUTES, "tests/gateway/test_rooms.py", "-k", ABOUT_IT, "-vv")
    for rule in (
        "test_a_page_is_for_the_roles_that_its_journey_names_and_for_no_other[notices-POST-/notices-lead]",
        "test_nobody_reads_or_sends_anything_without_signing_in[notices-GET-/notices]",
        "test_every_step_has_a_way_back[notices/page.html]",
        "test_what_came_from_outside_stands_in_a_bdi[notices/page.html]",
        "test_no_template_passes_raw_html[notices/page.html]",
        "test_every_form_carries_the_proof_that_it_is_ours[notices/page.html]",
        "test_a_room_is_read_at_one_go[journeys/notices]",
    ):
        assert rule in said


@pytest.mark.parametrize(
    ("name", "right", "wrong", "test"),
    [
        ("routes.py", "signed_in(*journey.roles)", "signed_in()", MATRIX),
        ("routes.py", "visit: Annotated[Visit, sent(*journey.roles)]", "visit: str = ''", ROUTES),
        ("__init__.py", "link=", 'home_of=("headteacher",), link=', MATRIX),
        ("templates/page.html", "{{ own.NONE }}", "{{ person.name }}", FRAME),
        ("templates/page.html", "{{ own.NONE }}", "{{ own.NOEN }}", MATRIX),
        ("templates/page.html", "{{ parts.proof() }}", "", FRAME),
        ("templates/page.html", '{% block before %}{{ parts.back_link("/") }}{% endblock %}', "", FRAME),
    ],
    ids=["every role", "no guard", "second home", "no bdi", "no such word", "no proof", "no way back"],
)
def test_one_that_breaks_a_rule_is_refused(checkout: Checkout, name: str, right: str, wrong: str, test: str) -> None:
    path = checkout.root / NOTICES / name
    before = path.read_text()
    assert right in before
    path.write_text(before.replace(right, wrong))
    refused = checkout.python("-m", "pytest", "-q", "-x", test, "-k", ABOUT_IT)
    path.write_text(before)
    assert refused.returncode == 1, refused.stdout
    assert "notices" in refused.stdout or "one_home" in refused.stdout


@pytest.mark.parametrize("other", ["find.routes", "concern.draft"])
def test_one_that_leans_on_another_journey_is_refused(checkout: Checkout, other: str) -> None:
    leaning = checkout.root / NOTICES / "leaning.py"
    leaning.write_text(f"import services.gateway.journeys.{other}\n")
    refused = checkout.python("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    leaning.unlink()
    rule = f"journeys.notices is not allowed to import services.gateway.journeys.{other.partition('.')[0]}"
    assert rule in " ".join(refused.stdout.split())


def test_a_folder_that_states_nothing_is_no_page(tmp_path: Path) -> None:
    """Half made, it stops every process at its start: nobody serves half of it."""
    made = copied(tmp_path / "checkout")
    shutil.copytree(ADDED / "notices", made.root / NOTICES)
    (made.root / NOTICES / "__init__.py").write_text("")
    assert made.python("-c", "import services.gateway.web").returncode == 1
