"""What the agreement of a school allows beyond searching, and the data that the council is to mend."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e.people import Person, until
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

WHY = "Planning a meeting or support"


@pytest.fixture(scope="module")
def agreed(portal: Portal, accounts: dict[str, dict[str, str]]) -> None:
    for option in ("changed_since", "roll_list"):
        portal.do("agreement-option", accounts["lead"]["school"], option, "on")


def opened(person: Person, path: str) -> Person:
    """When the option has arrived, within seconds."""

    def look() -> str:
        person.go(path)
        return person.page.title()

    until(look, lambda title: not title.startswith(("Page not found", "You cannot")))
    return person


@pytest.mark.usefixtures("agreed")
def test_a_lead_is_told_which_childs_worker_has_changed_since_they_looked(portal: Portal, lead: Person) -> None:
    opened(lead, "/changed")
    moved = re.search(r"(.+) \((\w{13})\)", first := portal.do("demo", "reallocate"))
    assert moved, first
    name, upn = moved.groups()
    until(lambda: lead.find_upn(upn) and lead.text, lambda text: first.split(" is now ")[1].strip() in text)
    portal.do("demo", "reallocate")

    def told() -> str:
        lead.go("/changed")
        return lead.text

    until(told, lambda text: name in text and "different worker" in text)
    assert name.split()[0] not in lead.page.title() + lead.page.url
    lead.looks_right("changed")


@pytest.mark.usefixtures("agreed")
def test_a_lead_lists_the_rolls_children_who_have_a_worker(lead: Person) -> None:
    opened(lead, "/roll")
    lead.press("Show the list")
    assert lead.page.title().startswith("Error: ")
    lead.looks_right("roll-error")
    lead.choose(WHY)
    lead.press("Show the list")
    assert "Mirela" in lead.text
    assert "Mirela" not in lead.page.title() + lead.page.url
    lead.looks_right("roll-list")
    lead.page.locator("tr", has_text="Thornwick").filter(has_text="Mirela").get_by_role("button").click()
    lead.page.wait_for_load_state()
    assert "Answer: has an allocated worker" in lead.page.title()


@pytest.mark.parametrize(("path", "says"), [("/left-out", "Data that cannot be used"), ("/links", "two records")])
def test_the_data_protection_officer_sees_what_the_council_is_to_mend(officer: Person, path: str, says: str) -> None:
    officer.go(path)
    assert says in officer.text
    officer.looks_right(path.strip("/"))


@pytest.mark.parametrize("role", ["account_administrator", "headteacher"])
def test_a_schools_roll_is_opened_by_those_who_may(signed_in: Callable[..., Person], role: str) -> None:
    person = signed_in(role)
    person.go("/school-roll")
    assert "roll" in person.page.title().lower()
    person.looks_right(f"school-roll-{role}")
