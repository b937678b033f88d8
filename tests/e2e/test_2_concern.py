"""A lead sends a concern: past the gate, checked, sent once however often it is pressed, never about another child."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.e2e.children import FOUND, child
from tests.e2e.people import Person
from tests.e2e.record import the_leads_entry

pytestmark = pytest.mark.e2e

WORDS = "Mirela came in without a coat again.\nShe said: 'nobody was up this morning'."
OFFICE, NIGHT = "01632 960 100", "01632 960 199"
REFERENCE = re.compile(r"[1-9A-Z]{3}-[1-9A-Z]{3}-[1-9A-Z]")


def start(lead: Person, upn: str = FOUND.upn, name: str = FOUND.given_name) -> None:
    lead.find_upn(upn)
    lead.press(f"Send a concern or update about {name}")


def write(lead: Person, words: str = WORDS) -> None:
    lead.choose("A new concern")
    lead.fill(concern=words, done_so_far="We gave her breakfast and a coat.")
    lead.page.locator("#parents_know").check()


def reference(page: Page) -> str:
    panel = page.locator(".govuk-panel").inner_text()
    found = REFERENCE.search(panel)
    assert found, panel
    return found[0]


def to_the_check(lead: Person, words: str = WORDS) -> None:
    start(lead)
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    write(lead, words)
    lead.press("Continue")


def send(lead: Person) -> str:
    lead.page.locator("#confirm").check()
    return lead.press("Send")


def test_a_concern_is_sent_and_its_reference_shown(lead: Person, officer: Person) -> None:
    start(lead)
    assert lead.heading == "Is Mirela in danger now?"
    lead.looks_right("concern-gate")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    lead.looks_right("concern-form")
    write(lead)
    lead.press("Continue")
    assert lead.heading == "Check your answers"
    assert "nobody was up this morning" in lead.text
    lead.looks_right("concern-check")
    correlation = send(lead)
    assert reference(lead.page) in lead.text
    assert "If you have heard nothing by" in lead.text
    for told in ("How urgent\nNot urgent", "nobody was up this morning", "We gave her breakfast", "New or update"):
        assert told in lead.page.locator(".govuk-summary-list").inner_text().replace("\t", "\n")
    lead.looks_right("concern-sent")
    entry = the_leads_entry(officer, correlation)
    for told in ("Mirela Thornwick", reference(lead.page), "Sent"):
        assert told in entry
    assert "coat" not in entry


def test_an_empty_form_says_what_is_missing(lead: Person) -> None:
    start(lead)
    lead.press("Continue")
    assert lead.page.title() == "Error: Is the child in danger now? – Schools Child Portal"
    lead.looks_right("concern-gate-error")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    lead.press("Continue")
    assert lead.page.locator(".govuk-error-summary__list a").count() == 4
    lead.page.get_by_role("link", name="Enter what has happened").click()
    assert lead.page.evaluate("document.activeElement.id") == "concern"
    lead.looks_right("concern-form-error")


def test_sent_only_when_confirmed(lead: Person) -> None:
    to_the_check(lead)
    lead.press("Send")
    assert lead.page.locator("#confirm-error").count() == 1
    send(lead)
    assert reference(lead.page)


def test_a_second_press_is_the_same_concern(lead: Person) -> None:
    to_the_check(lead)
    send(lead)
    first = reference(lead.page)
    lead.page.reload()
    assert reference(lead.page) == first


def test_back_and_send_again_is_the_same_concern(lead: Person) -> None:
    to_the_check(lead)
    send(lead)
    first = reference(lead.page)
    lead.go_back()
    assert lead.heading == "Check your answers"
    send(lead)
    assert reference(lead.page) == first


def test_other_words_from_the_same_form_are_offered_as_a_concern_of_their_own(lead: Person, officer: Person) -> None:
    to_the_check(lead)
    send(lead)
    first = reference(lead.page)
    lead.go_back()
    lead.page.get_by_role("button", name="Change what has happened").click()
    lead.fill(concern=f"{WORDS} And she was tired.")
    lead.press("Continue")
    refused = send(lead)
    assert "You have already sent this form with other words" in lead.text
    lead.press("Continue")
    send(lead)
    assert reference(lead.page) != first
    entry = the_leads_entry(officer, refused)
    assert "Form sent twice with different words" in entry
    assert "Mirela Thornwick" in entry
    assert "tired" not in entry


def test_change_goes_back_with_everything_that_was_written(lead: Person) -> None:
    to_the_check(lead)
    lead.page.get_by_role("button", name="Change what has happened").click()
    assert lead.page.locator("#concern").input_value() == WORDS
    assert lead.page.locator("#parents_know").is_checked()
    lead.press("Continue")
    lead.press("Change how urgent it is")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    assert lead.page.locator("#concern").input_value() == WORDS


def test_two_tabs_never_mix_two_children(lead: Person) -> None:
    other = child("found", "support worker only")
    start(lead)
    tab = Person(lead.context, lead.context.new_page(), lead.base)
    start(tab, other.upn, other.given_name)
    for person, name in ((lead, FOUND.family_name), (tab, other.family_name)):
        person.choose("No, it is not urgent")
        person.press("Continue")
        write(person, f"A concern about this child only: {name}.")
    for person, name in ((lead, FOUND.family_name), (tab, other.family_name)):
        person.press("Continue")
        assert name in person.page.locator(".govuk-summary-list").inner_text()
        send(person)
        assert f"{name}, born" in person.text
    tab.page.close()


@pytest.mark.parametrize(
    ("danger", "heading", "numbers", "said"),
    [
        ("Yes, in immediate danger", "Call 999 now", ["999", OFFICE, NIGHT], "999"),
        ("They may be at risk of significant harm", "Call ", [OFFICE, NIGHT], "team"),
        ("It is urgent, and they have a worker", "Call Mirela's worker", ["07700 900101", OFFICE, NIGHT], "worker"),
    ],
)
def test_danger_is_for_the_telephone_first(
    lead: Person, danger: str, heading: str, numbers: list[str], said: str
) -> None:
    start(lead)
    lead.choose(danger)
    lead.press("Continue")
    assert lead.heading.startswith(heading)
    for number in numbers:
        assert number in lead.text
    assert "Mirela Thornwick, born 5 March 2014" in lead.text
    assert "Afterwards come back and write it down" in lead.text
    assert lead.page.locator("textarea").count() == 0
    lead.looks_right(f"concern-call-{said}")


def follow_up(lead: Person, danger: str) -> None:
    """Past the telephone, with a call of this minute."""
    start(lead)
    lead.choose(danger)
    lead.press("Continue")
    lead.press("I have called: write the follow-up")
    now = datetime.now(ZoneInfo("Europe/London"))
    for field, value in {"day": now.day, "month": f"{now:%B}", "year": now.year, "time": f"{now:%H:%M}"}.items():
        lead.page.locator(f"#called-{field}").fill(str(value))
    lead.fill(called_number=OFFICE)
    lead.press("Continue")
    write(lead)
    lead.press("Continue")


def test_a_follow_up_carries_when_and_whom_the_school_called(lead: Person) -> None:
    start(lead)
    lead.choose("They may be at risk of significant harm")
    lead.press("Continue")
    lead.press("I have called: write the follow-up")
    lead.looks_right("concern-called")
    lead.press("Continue")
    for missing in ("Enter the day you called", "Enter the time that you called", "Enter the number that you called"):
        assert missing in lead.text
    lead.looks_right("concern-called-error")
    follow_up(lead, "They may be at risk of significant harm")
    assert f"today, to {OFFICE}" in lead.text
    send(lead)
    assert reference(lead.page)
    assert f"today, to {OFFICE}" in lead.text
    assert "May be at risk of significant harm" in lead.text


def test_a_lower_answer_is_asked_for_again_and_the_call_stays(lead: Person) -> None:
    follow_up(lead, "Yes, in immediate danger")
    lead.press("Change how urgent it is")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    assert lead.heading == "Are you sure that it is less urgent?"
    lead.looks_right("concern-lower")
    lead.press("Continue")
    lead.looks_right("concern-lower-error")
    lead.choose("Yes, it is less urgent now")
    lead.press("Continue")
    assert lead.page.locator("#concern").input_value() == WORDS
    lead.press("Continue")
    assert "Not urgent (you said before: in immediate danger)" in lead.text
    assert f"today, to {OFFICE}" in lead.text
    send(lead)
    assert "Not urgent (you said before: in immediate danger)" in lead.text


@pytest.mark.parametrize("character", ["e\u0301", "\U0001f600"])
def test_the_browser_and_the_server_count_alike(lead: Person, character: str) -> None:
    to_the_check(lead, character * 4000)
    lead.press("Change what has happened")
    assert lead.page.locator("#concern").input_value() == ("\u00e9" if "e" in character else character) * 4000
    lead.page.locator("#concern").fill(character * 4001)
    over = lead.page.get_by_text("You have 1 character too many").first
    over.wait_for(state="attached")
    lead.press("Continue")
    assert "What has happened must be 4000 characters or fewer" in lead.text


def test_back_keeps_what_was_typed_and_enter_still_means_continue(lead: Person) -> None:
    start(lead)
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    write(lead)
    lead.press("Back")
    assert lead.heading == "Is Mirela in danger now?"
    lead.press("Continue")
    assert lead.page.locator("#concern").input_value() == WORDS
    with lead.page.expect_navigation():
        lead.page.locator("#contact").press("Enter")
    assert lead.heading == "Check your answers"


def test_more_than_the_server_reads_is_not_sent(lead: Person) -> None:
    start(lead)
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    write(lead, "x" * 5_000_000)
    lead.page.get_by_role("button", name="Continue", exact=True).click()
    assert lead.page.evaluate("document.activeElement.id") == "concern"
    assert lead.heading == "What do you want to tell us?"
    write(lead, "x" * 70_000)
    lead.press("Continue")
    assert "What has happened must be 4000 characters or fewer" in lead.text
    assert len(lead.page.locator("#concern").input_value()) == 70_000


def test_a_child_without_a_worker_has_no_worker_to_call(lead: Person) -> None:
    start(lead, child("no_open_case").upn, child("no_open_case").given_name)
    assert lead.page.get_by_label("It is urgent, and they have a worker").count() == 0


def test_a_triage_officer_opens_it_by_its_reference(lead: Person, signed_in: Callable[..., Person]) -> None:
    to_the_check(lead)
    send(lead)
    triage = signed_in("triage_officer")
    triage.go("/referral")
    triage.looks_right("referral-open")
    triage.fill(reference=reference(lead.page).lower().replace("-", " "))
    triage.press("Open")
    assert "nobody was up this morning" in triage.text
    triage.looks_right("referral-shown")
    triage.go("/referral")
    triage.fill(reference="ZZZ-ZZZ-Z")
    triage.press("Open")
    assert triage.page.locator("#reference-error").count() == 1
