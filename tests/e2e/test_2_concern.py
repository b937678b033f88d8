"""A lead sends a concern: past the gate, checked, sent once however often it is pressed, never about another child."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.children import FOUND, child
from tests.e2e.people import Person
from tests.e2e.record import the_leads_entry

pytestmark = pytest.mark.e2e

WORDS = "Mirela came in without a coat again.\nShe said: 'nobody was up this morning'."
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
    assert "Children's services will acknowledge this by" in lead.text
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
    ("danger", "heading", "says", "said"),
    [
        ("Yes, in immediate danger", "Call 999 now", "Afterwards come back and write it down.", "999"),
        (
            "They may be at risk of significant harm",
            "Call the children's reception team on 01632 960 100",
            "01632 960 199",
            "team",
        ),
        ("It is urgent, and they have a worker", "Call Mirela's worker", "07700 900101", "worker"),
    ],
)
def test_danger_is_for_the_telephone_first(lead: Person, danger: str, heading: str, says: str, said: str) -> None:
    start(lead)
    lead.choose(danger)
    lead.press("Continue")
    assert lead.heading.startswith(heading)
    assert says in lead.text
    assert lead.page.locator("textarea").count() == 0
    lead.looks_right(f"concern-call-{said}")


def test_a_follow_up_carries_when_and_whom_the_school_called(lead: Person) -> None:
    start(lead)
    lead.choose("They may be at risk of significant harm")
    lead.press("Continue")
    lead.press("I have called: write the follow-up")
    lead.looks_right("concern-called")
    lead.press("Continue")
    assert "Enter the number that you called" in lead.text
    for field, value in {"day": "1", "month": "9", "year": "2026", "time": "2:30pm"}.items():
        lead.page.locator(f"#called-{field}").fill(value)
    lead.fill(called_number="01632 960 100")
    lead.press("Continue")
    write(lead)
    lead.press("Continue")
    assert "14:30 on 1 September 2026, to 01632 960 100" in lead.text
    send(lead)
    assert reference(lead.page)


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
