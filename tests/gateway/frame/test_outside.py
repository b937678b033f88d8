"""A name with U+202E in it turns nothing around but itself: `bdi` is around whatever came from outside."""

from __future__ import annotations

import pytest

from tests.gateway.frame.outside import outside
from tests.gateway.frame.templates import SOURCES

NOT_YET: set[str] = set()
"""Pages that are still to be mended; a page that is mended leaves the list, and none joins it."""


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    return outside(SOURCES)


@pytest.mark.parametrize("name", sorted(SOURCES.keys() - NOT_YET))
def test_what_came_from_outside_stands_in_a_bdi(found: dict[str, set[str]], name: str) -> None:
    assert found[name] == set()


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("<p>{{ child.name }}</p>", {"child"}),
        ("<p>{{ child.name | bdi }} {{ words.day(child.born) }}</p>", set()),
        ("<p><bdi>{{ child.name }}</bdi></p>", set()),
        ('<input value="{{ child.name }}">{{ title }}', set()),
        ("{% set name = a.given ~ a.family %}<h1>{{ name }}</h1>", {"a"}),
        ("{% for one in answer.workers if one %}{{ one.team or council.team }}{% endfor %}", {"answer"}),
        ('{{ govukInput({"label": {"text": "About " ~ child.name}}) }}', {"child", "govukInput"}),
        ("{% macro row(key) %}{{ key }}{% endmacro %}{{ row('Name') }}{{ row(line.whose) }}", {"line"}),
        ("{% macro a(x) %}{{ x }}{% endmacro %}{% macro b(y) %}{{ a(y) }}{% endmacro %}{{ b(z) }}", {"z"}),
        ("{{ words.said(words.ROLES, person.role) }}{{ words.clock(person.at) }}", {"person"}),
    ],
)
def test_what_is_not_is_found(source: str, shows: set[str]) -> None:
    assert outside({"page.html": source})["page.html"] == shows
