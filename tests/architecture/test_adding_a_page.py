"""A page more is one folder more: in a copy of the checkout it is found, guarded, linked, and held by every check."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

STATES = '''"""What the council tells headteachers."""

from services.gateway.frame.journey import Journey

journey = Journey(package=__name__, start="/notices", roles=("headteacher",), link="Notices", order=1)
'''
ROUTES = '''"""The notices of the council."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit
from services.gateway.journeys.notices import journey

router = APIRouter(prefix=journey.start, include_in_schema=False)


@router.get("")
async def get_notices(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return visit.show("notices/page", "Notices")


@router.post("")
async def post_notices(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    return visit.show("notices/page", "Notices")
'''
WORDS = '''"""What the pages about notices call things."""

NONE = "There are no notices"
'''
PAGE = """{% extends "layout.html" %}
{% block before %}{{ parts.back_link("/") }}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">{{ title }}</h1>
<p class="govuk-body">{{ own.NONE }}</p>
<form method="post" action="/notices" novalidate>{{ parts.proof() }}{{ parts.button("I have read them") }}</form>
{% endblock %}
"""
SEEN = '''"""The page as its reader sees it."""

from __future__ import annotations

import httpx
import pytest

from tests.gateway.world import MOSSGATE, Neighbours


@pytest.mark.parametrize(("role", "links"), [("headteacher", 1), ("lead", 0), ("operator", 0)])
async def test_it_stands_in_the_navigation_of_its_role(
    lead: httpx.AsyncClient, neighbours: Neighbours, role: str, links: int
) -> None:
    neighbours.acting = {**MOSSGATE, "role": role}
    assert (await lead.get("/help")).text.count('href="/notices">Notices<') == links


async def test_it_shows_its_words(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.acting = {**MOSSGATE, "role": "headteacher"}
    assert "There are no notices" in (await lead.get("/notices")).text
'''
JOURNEY = Path("services/gateway/journeys/notices")
FRAME = "tests/gateway/frame"
MATRIX, ROUTE_RULES = "tests/gateway/journeys/test_matrix.py", "tests/architecture/test_routes.py"
ABOUT_IT = "notices or home or two_journeys or gateway"
"""Of the tests, those that a page with this name can change."""
TYPES_KNOWN = ".mypy_cache"
"""Without what is known already, looking at the types takes minutes."""
COPIED = ("services", "shared", "deploy", "bench", "tests", "docs")


@dataclass(frozen=True)
class Checkout:
    """A copy of this checkout."""

    root: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        tool = Path(sys.executable).with_name(command[0])
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [tool, *command[1:]], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / JOURNEY / name).read_text(encoding="utf-8")
        assert old in text
        (self.root / JOURNEY / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """With the new page, and a test of it."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    if (ROOT / TYPES_KNOWN).exists():
        shutil.copytree(ROOT / TYPES_KNOWN, tmp_path / TYPES_KNOWN)
    (tmp_path / JOURNEY / "templates").mkdir(parents=True)
    for name, text in {
        "__init__.py": STATES,
        "routes.py": ROUTES,
        "words.py": WORDS,
        "templates/page.html": PAGE,
    }.items():
        (tmp_path / JOURNEY / name).write_text(text, encoding="utf-8")
    (tmp_path / "tests/gateway/journeys/test_notices.py").write_text(SEEN, encoding="utf-8")
    return Checkout(tmp_path)


def test_a_page_is_one_folder(checkout: Checkout) -> None:
    for command in (
        ("ruff", "check", "services/gateway"),
        ("ruff", "format", "--check", "services/gateway"),
        ("mypy", "-p", "services.gateway.journeys.notices"),
        ("lint-imports", "--no-cache"),
        ("python", "-m", "deploy.generate", "--check"),
        ("pytest", "-q", "tests/gateway/journeys", FRAME, ROUTE_RULES, "-k", ABOUT_IT),
    ):
        done = checkout.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "right", "wrong", "test"),
    [
        ("routes.py", "signed_in(*journey.roles)", "signed_in()", MATRIX),
        ("routes.py", "Annotated[Visit, sent(*journey.roles)]", "Any = None", ROUTE_RULES),
        ("__init__.py", "link=", 'home_of=("headteacher",), link=', MATRIX),
        ("templates/page.html", "{{ own.NONE }}", "{{ person.name }}", FRAME),
        ("templates/page.html", '{% block before %}{{ parts.back_link("/") }}{% endblock %}', "", FRAME),
    ],
)  # fmt: skip
def test_a_page_that_breaks_a_rule_is_refused(checkout: Checkout, name: str, right: str, wrong: str, test: str) -> None:
    checkout.change(name, right, wrong)
    if "Any" in wrong:
        checkout.change(name, "from typing import Annotated", "from typing import Annotated, Any")
    assert checkout.run("pytest", "-q", "-x", test, "-k", ABOUT_IT).returncode == 1


@pytest.mark.parametrize("other", ["find.routes", "concern.draft"])
def test_a_page_that_leans_on_another_journey_is_refused(checkout: Checkout, other: str) -> None:
    checkout.change("words.py", '"""\n', f'"""\n\nimport services.gateway.journeys.{other}  # noqa: F401\n')
    done = checkout.run("lint-imports", "--no-cache")
    assert done.returncode == 1
    assert "A journey stands alone" in done.stdout
