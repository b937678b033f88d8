"""A lead finds a child: each outcome in its own words, and each act in the record exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.e2e.children import FOUND, child
from tests.e2e.people import Person, arrive, sign_in
from tests.e2e.record import AGREEMENT, the_leads_entry, the_one_entry
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

OUTCOMES = [
    ("found", "has an allocated worker", "Worker shown"),
    ("no_open_case", "has no allocated worker", "No open case"),
    ("not_on_roll", "No child on your roll matches", "Not on the roll"),
    ("call_team", "Please call the children's reception team", "Told to call the team"),
]
UNKNOWN = "L850200023001"


def test_a_lead_signs_in_with_a_second_factor(lead: Person) -> None:
    assert lead.heading == "Find a child on your roll"
    assert "If a child is in immediate danger, call 999." in lead.text
    lead.looks_right("find")


def test_a_lead_sees_the_worker_and_how_to_reach_them(lead: Person) -> None:
    lead.find_upn(FOUND.upn)
    assert lead.heading == f"{FOUND.given_name} {FOUND.family_name} has an allocated worker"
    first = lead.page.locator(".govuk-summary-list").first.inner_text()
    assert "Ione Marlowick" in first
    assert "Social worker" in first
    assert lead.page.locator('a[href="tel:07700900101"]').count() == 1
    assert lead.page.locator('a[href^="mailto:"]').count() >= 1
    assert "born 5 March 2014" in lead.text
    assert "Correct as of" in lead.text
    lead.looks_right("answer-found")


def test_a_worker_without_a_telephone_gives_the_duty_line(lead: Person) -> None:
    for about in ("without a phone", "has left", "is away"):
        lead.find_upn(child("found", about).upn)
        assert "duty line on" in lead.text


def test_an_open_case_without_a_worker_says_so(lead: Person) -> None:
    lead.find_upn(child("found", "no worker yet").upn)
    assert "has an open case, but no worker is shown" in lead.heading
    assert "duty line" in lead.text
    with lead.page.expect_navigation():
        lead.page.get_by_role("button", name="Send a concern or update about ").click()
    assert lead.page.get_by_label("It is urgent, and they have a worker").count() == 0
    lead.choose("It is urgent, and they have an open case")
    lead.press("Continue")
    assert lead.heading == "Call the duty line"
    assert "duty line" in lead.text
    lead.looks_right("concern-call-duty")


@pytest.mark.parametrize(("shows", "heading", "recorded"), OUTCOMES)
def test_each_outcome_has_its_words_and_its_entry(
    lead: Person, officer: Person, shows: str, heading: str, recorded: str
) -> None:
    correlation = lead.find_upn(child(shows).upn, why="Concern about the child's welfare")
    assert heading in lead.heading
    lead.looks_right(f"answer-{shows}")
    entry = the_leads_entry(officer, correlation)
    for told in ("Concern about the child's welfare", recorded, child(shows).upn):
        assert told in entry


def test_six_namesakes_are_not_listed(lead: Person, officer: Person) -> None:
    many = child("narrow")
    correlation = lead.find_name(many.given_name, many.family_name, (2014, 2, 2))
    assert lead.heading == "Too many children match"
    assert "Add the UPN, or check the name and date of birth." in lead.text
    assert not re.search(r"\b(6|six)\b", lead.text, re.IGNORECASE)
    entry = the_leads_entry(officer, correlation)
    for told in ("Checking our records", many.given_name, many.family_name, "2 February 2014", "Too many matches"):
        assert told in entry


def test_a_close_match_is_confirmed_before_its_worker_is_shown_and_both_are_recorded(
    lead: Person, officer: Person
) -> None:
    first = lead.find_name("Mirella", "Thornwick", (2014, 3, 5))
    assert lead.heading == f"We think you mean {FOUND.given_name} {FOUND.family_name}"
    assert "Mirella" in lead.text
    assert "Differs" in lead.text
    assert "Ione Marlowick" not in lead.page.content()
    lead.looks_right("answer-close")
    second = lead.press("Yes, this is the child")
    assert lead.heading == f"{FOUND.given_name} {FOUND.family_name} has an allocated worker"
    assert "You searched for: Mirella Thornwick, born 5 March 2014" in lead.text
    assert "The council's record: Mirela Thornwick, born 5 March 2014" in lead.text
    close = the_leads_entry(officer, first)
    for told in ("A child shown who may be meant", "Mirella", "Not as it was typed", "Mirela"):
        assert told in close
    found = the_leads_entry(officer, second)
    for told in ("Worker shown", "Confirmed as the child that is meant", "Not as it was typed"):
        assert told in found
    officer.looks_right("record-confirmed")


@pytest.mark.parametrize(
    ("given", "family", "typed"),
    [
        ("Mirela", "Thornwick", "3 5 2014"), ("Mirela", "Thornwick", "05/03/14"),
        ("Zoe", "OBrackenfold", "17 Oct 2014"), ("Mirela", "Thornwick", "March 2014"),
    ],
)  # fmt: skip
def test_a_date_of_birth_is_understood_in_one_box_and_the_child_is_found(
    lead: Person, given: str, family: str, typed: str
) -> None:
    lead.go("/find")
    lead.page.get_by_role("tab", name="By name and date of birth").click()
    form = lead.page.locator("#by-name")
    form.get_by_label("First name").fill(given)
    form.get_by_label("Last name").fill(family)
    lead.page.locator("#name-born-day").fill(typed)
    form.get_by_label("Checking our records").check()
    lead.press("Find by name")
    if lead.heading.startswith("We think you mean"):
        lead.press("Yes, this is the child")
    assert "has an allocated worker" in lead.heading


def test_of_another_child_the_form_comes_back_filled_in(lead: Person) -> None:
    lead.find_name("Mirella", "Thornwick", (2014, 3, 5))
    lead.press("No, I mean another child")
    assert lead.heading == "Find another way"
    assert lead.page.locator("#name-given_name").is_visible()
    assert lead.page.locator("#name-given_name").input_value() == "Mirella"
    assert lead.page.locator("#name-born-month").input_value() == "3"
    lead.looks_right("find-another-way")


def test_a_child_of_another_school_reads_as_an_unknown_one_and_each_is_recorded(lead: Person, officer: Person) -> None:
    asked = child("not_on_roll", "of another school").upn, UNKNOWN
    pages, acts = [], []
    for upn in asked:
        acts.append(lead.find_upn(upn))
        pages.append((lead.page.title(), lead.page.locator("body").inner_text()))
    assert pages[0] == pages[1]
    for upn, correlation in zip(asked, acts, strict=True):
        entry = the_leads_entry(officer, correlation)
        assert upn in entry
        assert "Not on the roll" in entry


def test_a_restricted_child_gives_the_telephone_number_and_nothing_else(lead: Person) -> None:
    hidden = child("call_team")
    lead.find_upn(hidden.upn)
    assert "They will help you with this child." in lead.text
    assert sorted(lead.page.locator("main a").all_inner_texts()) == [
        "01632 960 100",
        "01632 960 199",
    ]  # the hour says which first
    assert lead.page.locator("main form").count() == 0
    assert hidden.given_name not in lead.page.content()


@pytest.mark.parametrize(
    ("upn", "says"),
    [
        ("A801200005001", "The UPN's check letter does not match. Check the first letter and the digits"),
        ("B80120000500", "The UPN must be 13 characters"),
        ("", "Enter a UPN, or a first name, last name and date of birth"),
    ],
)
def test_a_wrong_upn_is_said_beside_its_field(lead: Person, upn: str, says: str) -> None:
    lead.find_upn(upn)
    assert lead.page.title().startswith("Error: ")
    assert lead.page.locator("#upn-upn-error").inner_text().endswith(says)
    assert lead.page.locator("#upn-upn").input_value() == upn
    lead.page.get_by_role("link", name=says).click()
    assert lead.page.evaluate("document.activeElement.id") == "upn-upn"
    lead.looks_right("find-error")


def test_a_name_alone_is_refused_in_its_own_tab(lead: Person) -> None:
    lead.find_name("Mirela", "Thornwick", None)
    assert "Enter a date of birth too" in lead.text
    assert lead.page.locator("#name-given_name").is_visible()
    assert lead.page.locator("#upn-upn").is_hidden()


def test_reload_is_a_new_search(lead: Person, officer: Person) -> None:
    first = lead.find_upn(FOUND.upn)
    again = lead.page.reload()
    second = again.header_value("x-correlation-id") if again else None
    assert second is not None
    assert second != first
    for correlation in (first, second):
        assert "Worker shown" in the_one_entry(officer, correlation)


def test_all_of_it_works_without_script(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    plain = arrive(browser, base, script=False)
    sign_in(plain, portal, accounts["headteacher"])
    assert plain.heading == "Find a child on your roll"
    plain.shoot("find-without-script")
    plain.page.locator("#upn-upn").fill(FOUND.upn)
    plain.page.locator("#by-upn").get_by_label("Checking our records").check()
    plain.press("Find by UPN")
    assert "has an allocated worker" in plain.heading
    plain.press(f"Send a concern or update about {FOUND.given_name}")
    assert plain.heading == f"Is {FOUND.given_name} in danger now?"


def test_a_close_match_is_confirmed_without_script(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    plain = arrive(browser, base, script=False)
    sign_in(plain, portal, accounts["headteacher"])
    plain.find_name("Mirella", "Thornwick", (2014, 3, 5))
    plain.shoot("answer-close-without-script")
    plain.press("No, I mean another child")
    assert plain.page.locator("#name-given_name").input_value() == "Mirella"
    plain.press("Find by name")
    plain.press("Yes, this is the child")
    assert "has an allocated worker" in plain.heading


def test_a_person_of_two_schools_says_which(signed_in: Callable[..., Person], officer: Person) -> None:
    both = signed_in("two_schools")
    assert both.heading == "Which school are you acting for?"
    both.looks_right("school")
    both.page.get_by_role("radio").first.check()
    correlation = both.press("Continue")
    assert both.heading == "Find a child on your roll"
    assert both.page.get_by_role("link", name="Change school").count() == 1
    entry = the_one_entry(officer, correlation)
    assert officer.heading.startswith("Delfin Larchmere chose which school to act for, ")
    assert AGREEMENT.search(entry), entry


def act_for(both: Person, place: str) -> None:
    """In another tab, act for the first or the last of the schools."""
    other = both.context.new_page()
    other.goto(f"{both.base}/school")
    radios = other.get_by_role("radio")
    (radios.first if place == "first" else radios.last).check()
    other.get_by_role("button", name="Continue").click()
    other.wait_for_url("**/find")
    other.close()


def test_a_page_of_one_school_is_not_sent_for_another(signed_in: Callable[..., Person]) -> None:
    both = signed_in("two_schools")
    both.go("/find")
    act_for(both, "last")
    both.page.locator("#upn-upn").fill(FOUND.upn)
    both.choose("Checking our records")
    both.press("Find by UPN")
    assert "Nothing was sent" in both.text
    assert "in another tab. This page was for another school or role." in both.text
    assert both.page.locator("#upn-upn").input_value() == FOUND.upn
    both.looks_right("find-over")


def test_a_concern_of_one_school_is_not_sent_for_another_and_its_words_are_given_back(
    signed_in: Callable[..., Person],
) -> None:
    both = signed_in("two_schools")
    act_for(both, "first")
    both.begin_concern(FOUND.upn, FOUND.given_name)
    both.choose("A new concern")
    both.press("Continue")
    draft = both.page.url.removeprefix(both.base)
    act_for(both, "last")
    both.fill(concern="She told us of a night alone at home.")
    both.press("Continue")
    assert both.heading == "Nothing was sent"
    assert "in another tab. This page was for another school or role." in both.text
    assert both.page.locator("#typed-concern").input_value() == "She told us of a night alone at home."
    both.go(draft)
    assert both.heading == "This draft is not here"
    assert FOUND.family_name not in both.text
    both.looks_right("draft-not-here")
    act_for(both, "first")
    both.go(draft)
    assert both.heading == "What has happened?"
