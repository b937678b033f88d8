"""A lead sends a concern: past the gate, one question a page, checked, sent once, never about another child; and takes
a draft up again wherever they are."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.children import FOUND, child
from tests.e2e.people import Person, arrive, sign_in, until
from tests.e2e.record import the_leads_entry
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

WORDS = "Mirela came in without a coat again.\nShe said: 'nobody was up this morning'."
DID = "We gave her breakfast and a coat."
OFFICE, NIGHT = "01632 960 100", "01632 960 199"
REFERENCE = re.compile(r"[1-9A-Z]{3}-[1-9A-Z]{3}-[1-9A-Z]")
ABOUT = "Mirela Thornwick, born 5 March 2014"


def start(lead: Person, upn: str = FOUND.upn, name: str = FOUND.given_name) -> None:
    lead.find_upn(upn)
    lead.press(f"Send a concern or update about {name}")


def to_the_check(lead: Person, words: str = WORDS) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.write_concern(words, DID)
    assert lead.heading == "Check your answers"


def change(lead: Person, what: str) -> None:
    with lead.page.expect_navigation():
        lead.page.get_by_role("link", name=f"Change {what}").click()


def draft_of(page: Page) -> str:
    return "/concern/" + page.url.split("/concern/")[1].split("/")[0]


def summary(lead: Person) -> str:
    return lead.page.locator(".govuk-summary-list").last.inner_text().replace("\t", "\n")


QUESTIONS = (
    "What do you want to send?", "What has happened?", "What did the child say? (optional)",
    "Who else is in the family? (optional)", "Do the parents or carers know that you are sending this?",
    "What has your school done so far?", "How can we reach you?",
)  # fmt: skip
HOW: Mapping[str, Callable[[Person], object]] = {
    QUESTIONS[0]: lambda lead: lead.choose("A new concern"),
    QUESTIONS[1]: lambda lead: lead.fill(concern=WORDS),
    QUESTIONS[2]: lambda lead: lead.fill(child_said="I was cold."),
    QUESTIONS[4]: lambda lead: lead.choose("No, they do not know"),
    QUESTIONS[5]: lambda lead: lead.fill(done_so_far=DID),
}


def test_a_concern_is_asked_one_question_a_page_sent_and_its_reference_shown(lead: Person, officer: Person) -> None:
    start(lead)
    assert lead.heading == "Is Mirela in danger now?"
    lead.looks_right("concern-gate")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    for asked in QUESTIONS:
        assert lead.heading == asked
        assert f"Send a concern or update about {ABOUT}" in lead.text
        HOW.get(asked, lambda _: None)(lead)
        if asked == QUESTIONS[4]:
            lead.fill(parents_reason="They were not in.")
        lead.looks_right(f"concern-{lead.page.url.rpartition('/')[2]}")
        lead.press("Continue")
    assert lead.heading == "Check your answers"
    assert "nobody was up this morning" in lead.text
    lead.looks_right("concern-check")
    correlation = lead.send_concern()
    assert REFERENCE.fullmatch(lead.reference)
    assert "If you have heard nothing by" in lead.text
    for told in ("How urgent\nNot urgent", "nobody was up this morning", DID, "I was cold.", "They were not in."):
        assert told in summary(lead)
    lead.looks_right("concern-sent")
    entry = the_leads_entry(officer, correlation)
    for told in ("Mirela Thornwick", lead.reference, "Sent"):
        assert told in entry
    assert "coat" not in entry
    lead.page.reload()
    assert "nobody was up this morning" in summary(lead)


def test_an_empty_page_says_what_is_missing(lead: Person) -> None:
    start(lead)
    lead.press("Continue")
    assert lead.page.title() == "Error: Is the child in danger now? – Schools Child Portal"
    lead.looks_right("concern-gate-error")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    lead.press("Continue")
    assert lead.page.title().startswith("Error: What do you want to send?")
    lead.looks_right("concern-kind-error")
    lead.choose("A new concern")
    lead.press("Continue")
    lead.press("Continue")
    lead.page.get_by_role("link", name="Enter what has happened").click()
    assert lead.page.evaluate("document.activeElement.id") == "concern"
    lead.looks_right("concern-what-has-happened-error")


def test_the_list_of_questions_says_which_are_answered_and_leads_to_each(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.choose("A request for early help")
    lead.press("Save and go to the list")
    assert lead.page.get_by_text("Completed").count() >= 2
    assert lead.page.get_by_text("Not answered yet").count() >= 4
    lead.looks_right("concern-list")
    lead.page.get_by_role("link", name="What has happened").click()
    lead.page.wait_for_url("**/what-has-happened")
    lead.fill(concern=WORDS)
    lead.press("Save and go to the list")
    lead.page.get_by_role("link", name="Check your answers").click()
    lead.page.wait_for_url("**/check")
    assert "Some questions are not answered yet" in lead.text
    assert "A request for early help" in lead.text
    lead.looks_right("concern-check-not-complete")


def test_sent_only_when_confirmed(lead: Person) -> None:
    to_the_check(lead)
    lead.press("Send")
    assert lead.page.locator("#confirm-error").count() == 1
    lead.looks_right("concern-check-error")
    lead.send_concern()
    assert lead.reference


def test_back_after_sending_leads_to_what_was_sent(lead: Person) -> None:
    to_the_check(lead)
    lead.send_concern()
    first = lead.reference
    lead.page.reload()
    assert lead.reference == first
    lead.page.go_back()
    lead.page.wait_for_url("**/sent")
    assert lead.reference == first


def test_sent_from_two_tabs_it_is_the_same_concern(lead: Person) -> None:
    to_the_check(lead)
    tab = Person(lead.context, lead.context.new_page(), lead.base)
    tab.go(f"{draft_of(lead.page)}/check")
    lead.send_concern()
    tab.send_concern()
    assert tab.reference == lead.reference
    tab.page.close()


def test_words_typed_after_the_sending_are_given_back(lead: Person) -> None:
    to_the_check(lead)
    tab = Person(lead.context, lead.context.new_page(), lead.base)
    tab.go(f"{draft_of(lead.page)}/what-has-happened")
    lead.send_concern()
    tab.fill(concern=f"{WORDS} And she was tired.")
    tab.press("Continue")
    assert tab.heading == "This has been sent already"
    assert tab.page.locator("#typed-concern").input_value().endswith("And she was tired.")
    tab.looks_right("concern-sent-before")
    tab.page.close()


def test_change_goes_back_with_what_was_written_and_on_to_the_check_again(lead: Person) -> None:
    to_the_check(lead)
    change(lead, "what has happened")
    assert lead.page.locator("#concern").input_value() == WORDS
    lead.fill(concern=f"{WORDS} Twice.")
    lead.press("Continue")
    assert lead.heading == "Check your answers"
    assert "Twice." in lead.text
    change(lead, "how urgent it is")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    assert lead.heading == "Check your answers"


def test_two_tabs_never_mix_two_children(lead: Person) -> None:
    other = child("found", "support worker only")
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    tab = Person(lead.context, lead.context.new_page(), lead.base)
    tab.begin_concern(other.upn, other.given_name)
    for person, name in ((lead, FOUND.family_name), (tab, other.family_name)):
        person.write_concern(f"A concern about this child only: {name}.")
    for person, name in ((lead, FOUND.family_name), (tab, other.family_name)):
        assert name in summary(person)
        person.send_concern()
        assert f"{name}, born" in person.text
        assert f"this child only: {name}" in person.text
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
    lead.begin_concern(FOUND.upn, FOUND.given_name, danger)
    assert lead.heading.startswith(heading)
    for number in numbers:
        assert number in lead.text
    assert ABOUT in lead.text
    assert "Afterwards come back and write it down" in lead.text
    assert lead.page.locator("textarea").count() == 0
    lead.looks_right(f"concern-call-{said}")
    lead.go(f"{draft_of(lead.page)}/what-has-happened")
    assert lead.heading.startswith(heading)


def follow_up(lead: Person, danger: str) -> None:
    """Past the telephone, with a call of this minute."""
    lead.begin_concern(FOUND.upn, FOUND.given_name, danger)
    lead.press("I have called: write the follow-up")
    now = datetime.now(ZoneInfo("Europe/London"))
    for field, value in {"day": now.day, "month": f"{now:%B}", "year": now.year, "time": f"{now:%H:%M}"}.items():
        lead.page.locator(f"#called-{field}").fill(str(value))
    lead.fill(called_number=OFFICE)
    lead.press("Continue")
    lead.write_concern(WORDS, DID)


def test_a_follow_up_carries_when_and_whom_the_school_called(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name, "They may be at risk of significant harm")
    lead.press("I have called: write the follow-up")
    lead.looks_right("concern-called")
    lead.press("Continue")
    for missing in ("Enter the day you called", "Enter the time that you called", "Enter the number that you called"):
        assert missing in lead.text
    lead.looks_right("concern-called-error")
    follow_up(lead, "They may be at risk of significant harm")
    assert f"today, to {OFFICE}" in lead.text
    lead.send_concern()
    assert lead.reference
    assert f"today, to {OFFICE}" in lead.text
    assert "May be at risk of significant harm" in lead.text


def test_a_lower_answer_is_asked_for_again_and_the_call_stays(lead: Person) -> None:
    follow_up(lead, "Yes, in immediate danger")
    change(lead, "how urgent it is")
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    assert lead.heading == "Are you sure that it is less urgent?"
    lead.looks_right("concern-lower")
    lead.press("Continue")
    lead.looks_right("concern-lower-error")
    lead.choose("Yes, it is less urgent now")
    lead.press("Continue")
    assert "Not urgent (you said before: in immediate danger)" in lead.text
    assert f"today, to {OFFICE}" in lead.text
    lead.send_concern()
    assert "Not urgent (you said before: in immediate danger)" in lead.text


@pytest.mark.parametrize("character", ["x", "e\u0301", "\u6f22", "\U0001f600"], ids=["1", "2", "3", "4"])
def test_the_browser_and_the_server_count_alike(lead: Person, character: str) -> None:
    to_the_check(lead, character * 4000)
    change(lead, "what has happened")
    assert lead.page.locator("#concern").input_value() == ("\u00e9" if "e" in character else character) * 4000
    lead.page.locator("#concern").fill(character * 4001)
    over = lead.page.get_by_text("You have 1 character too many").first
    over.wait_for(state="attached")
    lead.press("Continue")
    assert "What has happened must be 4000 characters or fewer" in lead.text


def test_back_keeps_what_was_typed_and_enter_still_means_continue(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.choose("A new concern")
    lead.press("Continue")
    lead.fill(concern=WORDS)
    lead.press("Back")
    assert lead.heading == QUESTIONS[0]
    lead.press("Continue")
    assert lead.heading == QUESTIONS[2]  # the next that waits for an answer
    lead.press("Back")
    assert lead.page.locator("#concern").input_value() == WORDS
    lead.go(f"{draft_of(lead.page)}/contact")
    with lead.page.expect_navigation():
        lead.page.locator("#contact").press("Enter")
    assert lead.heading == QUESTIONS[3]  # the one before may be left out, and was left with Back


def test_more_than_the_server_reads_is_not_sent(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.choose("A new concern")
    lead.press("Continue")
    lead.fill(concern="x" * 5_000_000)
    lead.page.get_by_role("button", name="Continue", exact=True).click()
    assert lead.page.evaluate("document.activeElement.id") == "concern"
    assert lead.heading == QUESTIONS[1]
    lead.fill(concern="x" * 70_000)
    lead.press("Continue")
    assert "What has happened must be 4000 characters or fewer" in lead.text
    assert len(lead.page.locator("#concern").input_value()) == 70_000


def test_a_child_without_a_worker_has_no_worker_to_call(lead: Person) -> None:
    start(lead, child("no_open_case").upn, child("no_open_case").given_name)
    assert lead.page.get_by_label("It is urgent", exact=False).count() == 0


def test_a_child_who_is_not_on_the_roll_is_described_and_sent(lead: Person) -> None:
    lead.go("/drafts")
    lead.looks_right("drafts")
    with lead.page.expect_navigation():
        lead.page.get_by_role("link", name="Write about a child who is not on your roll").click()
    lead.fill(given_name="Orrin", family_name="Thornwick", why_not_on_roll="Mirela's brother, two years old.")
    lead.looks_right("draft-described")
    lead.press("Continue")
    assert "about Orrin Thornwick, date of birth not known" in lead.text
    lead.choose("No, it is not urgent")
    lead.press("Continue")
    lead.write_concern()
    assert "Not on your roll: Mirela's brother, two years old." in lead.text
    lead.send_concern()
    assert "Orrin Thornwick" in lead.text


def test_a_draft_is_thrown_away_when_that_is_meant(lead: Person) -> None:
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    draft = draft_of(lead.page)
    lead.go(draft.replace("/concern/", "/drafts/") + "/discard")
    lead.looks_right("draft-discard")
    lead.choose("Yes, throw it away")
    lead.press("Continue")
    assert lead.heading == "Your drafts"
    lead.go(draft)
    assert lead.heading == "This draft is not here"


def test_a_draft_is_taken_up_after_the_gateway_was_killed_and_by_a_new_sign_in_without_script(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    first = arrive(browser, base)
    sign_in(first, portal, accounts["headteacher"])
    first.begin_concern(FOUND.upn, FOUND.given_name)
    first.choose("An update about an open case")
    first.press("Continue")
    first.fill(concern=WORDS)
    first.press("Continue")
    draft = draft_of(first.page)
    killed = portal.run["parts"]["gateway"]["pid"]
    os.kill(killed, signal.SIGKILL)
    until(lambda: portal.run["parts"]["gateway"], lambda part: part["pid"] != killed and part["state"] == "ready")
    first.context.close()
    again = arrive(browser, base, script=False)
    sign_in(again, portal, accounts["headteacher"])
    again.go("/drafts")
    assert "Mirela Thornwick" in again.text
    assert again.page.locator(f'a[href="{draft}"]').count() == 1
    again.go(draft)
    assert again.page.get_by_text("Completed").count() >= 3
    again.go(f"{draft}/what-has-happened")
    assert again.page.locator("#concern").input_value() == WORDS
    again.press("Continue")
    for fill in ({}, {}):
        again.fill(**fill)
        again.press("Continue")
    again.choose("Yes, and they agree")
    again.press("Continue")
    again.fill(done_so_far=DID)
    again.press("Continue")
    again.press("Continue")
    again.send_concern()
    assert "An update about an open case" in again.text
