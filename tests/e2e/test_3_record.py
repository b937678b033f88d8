"""The data protection officer: who looked at what, refusals and their own reading too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.e2e.children import FOUND
from tests.e2e.people import Person, arrive, sign_in, until
from tests.e2e.record import entries, the_one_entry
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

BARE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def test_the_officer_begins_at_the_record(officer: Person) -> None:
    officer.go("/")
    assert officer.heading == "Who looked at what"
    assert "Your own search of this record is recorded too." in officer.text
    officer.looks_right("record-search")


def test_an_answer_is_recorded_field_by_field(lead: Person, officer: Person) -> None:
    correlation = lead.find_upn(FOUND.upn, why="Planning a meeting or support")
    entry = the_one_entry(officer, correlation)
    assert officer.heading.startswith("Calwyn Fernshaw looked up a child, ")
    for told in ("Planning a meeting or support", FOUND.upn, "Ione Marlowick", "07700 900101", "Dov Petherlane"):
        assert told in entry
    assert "Agreement" in entry
    assert not BARE_ID.search(entry.partition("Exactly as it was recorded")[0].partition("Reference of the act")[0])
    assert "Data correct as of" in entry
    assert "Everything in this act" in entry
    officer.looks_right("record-entry")


def test_a_sign_in_is_recorded(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]], officer: Person
) -> None:
    correlation = sign_in(arrive(browser, base), portal, accounts["headteacher"])
    entry = the_one_entry(officer, correlation)
    assert "Rosvin Thornden, headteacher" in entry
    assert "Signed in" in entry


def test_a_refused_sign_in_is_recorded(browser: Browser, base: str, officer: Person) -> None:
    stranger = arrive(browser, base)
    stranger.go("/sign-in")
    stranger.fill(email="nobody@example.org", password="wrong")
    correlation = stranger.press("Continue")
    assert "The email address or password is not right. Check both and try again." in stranger.text
    stranger.looks_right("sign-in-refused")
    assert "Wrong email or password" in the_one_entry(officer, correlation)


def test_the_officers_own_reading_is_recorded(officer: Person) -> None:
    officer.go("/record")
    officer.fill(person="Calwyn")
    correlation = officer.press("Search")
    officer.looks_right("record-results")
    entry = the_one_entry(officer, correlation)
    assert "Noreth Umbercroft, data protection officer" in entry
    assert officer.heading.startswith("Noreth Umbercroft read the audit record, ")


def test_a_search_is_found_by_child_act_purpose_and_outcome(lead: Person, officer: Person) -> None:
    correlation = lead.find_upn(FOUND.upn, why="Update for the child's worker")
    the_one_entry(officer, correlation)
    officer.go("/record")
    officer.fill(given_name=FOUND.given_name, family_name=FOUND.family_name)
    for part, value in (("day", 5), ("month", 3), ("year", 2014)):
        officer.page.locator(f"#born-{part}").fill(str(value))
    for field, value in (("kind", "SearchMade"), ("purpose", "update"), ("outcome", "found")):
        officer.page.locator(f"#{field}").select_option(value)
    officer.press("Search")
    rows = officer.page.locator("tbody tr").all_inner_texts()
    assert rows
    assert all("Calwyn Fernshaw" in row and "Mirela Thornwick" in row and "Worker shown" in row for row in rows)


def test_pages_of_twenty_five(officer: Person) -> None:
    officer.go("/record")
    officer.page.locator("#readings").check()
    officer.press("Search")
    first = ids_shown(officer)
    assert len(first) == 25
    officer.press("Next")
    assert not set(first) & set(ids_shown(officer))
    officer.press("Previous")
    assert first[-1] in ids_shown(officer)


def ids_shown(officer: Person) -> list[str]:
    """Which are on the page, by their ids: two acts of one second may read the same."""
    shown = officer.page.locator("tbody tr button").all()
    return [button.get_attribute("value") or "" for button in shown]


def test_readings_of_the_record_are_left_out_unless_asked_for(officer: Person) -> None:
    officer.go("/record")
    officer.press("Search")
    assert "Audit reading" not in " ".join(officer.page.locator("tbody tr").all_inner_texts())
    assert "Readings of the record" in officer.text
    officer.page.locator("#readings").check()
    officer.press("Search")
    assert "Audit reading" in " ".join(officer.page.locator("tbody tr").all_inner_texts())


def test_a_number_that_is_no_upn_is_refused_in_words(officer: Person) -> None:
    officer.go("/record")
    officer.fill(upn="foo")
    officer.press("Search")
    assert "The UPN must be 13 characters" in officer.text


def test_the_table_is_stacked_on_a_narrow_screen(lead: Person, officer: Person) -> None:
    lead.find_upn(FOUND.upn)
    officer.go("/record")
    officer.page.set_viewport_size({"width": 320, "height": 800})
    until(lambda: _found(officer), bool)
    assert officer.page.evaluate("document.documentElement.scrollWidth <= 320")
    assert officer.page.locator("tbody td").first.evaluate("cell => getComputedStyle(cell).display") == "block"
    assert "born 5 March 2014" in officer.text
    officer.page.set_viewport_size({"width": 1280, "height": 800})


def _found(officer: Person) -> bool:
    officer.go("/record")
    officer.fill(upn=FOUND.upn)
    officer.press("Search")
    return bool(officer.page.locator("tbody tr").count())


def test_half_a_name_of_a_child_is_refused(officer: Person) -> None:
    officer.go("/record")
    officer.fill(given_name="Mirela")
    officer.press("Search")
    assert "Enter the child's first name, last name and date of birth, or their UPN" in officer.text
    officer.looks_right("record-error")


def test_what_matches_nothing_says_so(officer: Person) -> None:
    assert entries(officer, "00000000-0000-4000-8000-000000000000") == []
    assert "No entries match." in officer.text


def test_a_lead_may_not_read_the_record(lead: Person) -> None:
    lead.go("/record")
    assert lead.heading == "Your role does not have this page"
