"""Triage officers: the queue, one referral as they see it, and what two of them do with it until it is decided."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from tests.e2e.children import FOUND
from tests.e2e.people import Person, until

pytestmark = pytest.mark.e2e

DAY = r"(Monday|Tuesday|Wednesday|Thursday|Friday) \d{1,2} [A-Z][a-z]+ \d{4}"


@pytest.fixture
def triage(signed_in: Callable[..., Person]) -> Person:
    return signed_in("triage_officer")


@pytest.fixture
def other(signed_in: Callable[..., Person]) -> Person:
    """The second officer of the council."""
    return signed_in("other_triage_officer")


def send_concern(lead: Person, upn: str, name: str) -> str:
    """One that is not urgent; gives its reference."""
    lead.begin_concern(upn, name)
    lead.write_concern()
    lead.send_concern()
    return lead.reference


def opened(triage: Person, reference: str) -> str:
    triage.go("/referral")
    triage.fill(reference=reference)
    triage.press("Open")
    return triage.text


def row(page: Page, key: str) -> str:
    """The last one of this name: of the child what the records say, below what the school wrote."""
    rows = page.locator(".govuk-summary-list__row").filter(has=page.locator("dt", has_text=re.compile(f"^{key}$")))
    return rows.last.locator("dd").inner_text()


def test_the_page_says_who_when_by_when_and_who_works_with_the_child(lead: Person, triage: Person) -> None:
    reference = send_concern(lead, FOUND.upn, FOUND.given_name)
    page = opened(triage, f"  {reference.lower()}\u200b")
    assert triage.heading == f"Referral {reference}"
    assert re.search(rf"Acknowledge it by \d\d:\d\d on {DAY}\.", page)
    assert re.fullmatch(rf"\d\d:\d\d on {DAY}", row(triage.page, "Sent at"))
    assert "(URN 990001)" in row(triage.page, "School")
    assert row(triage.page, "Sent by") == "Calwyn Fernshaw, safeguarding lead"
    assert row(triage.page, "Name") == "Mirela Thornwick"
    assert "lead worker" in row(triage.page, "Allocated workers")
    assert "Not urgent" in page
    triage.looks_right("triage-shown")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Enter a reference, like ABC-DEF-G"),
        ("AAA-AAA-A", "Check it: one character is wrong"),
        ("ABC/DEF", "A reference has 7 letters and digits, like ABC-DEF-G"),
        ("222-222-P", "There is no referral with this reference. Check what you typed"),
    ],
)
def test_a_reference_that_opens_nothing_says_what_to_mend(triage: Person, typed: str, why: str) -> None:
    opened(triage, typed)
    assert triage.page.locator(".govuk-error-summary__list").inner_text() == why
    assert triage.page.locator("#reference").input_value() == typed


def queued(officer: Person, reference: str, query: str = "") -> Locator:
    """The line of a referral in the queue."""
    officer.go(f"/referrals{query}")
    return officer.page.locator("tbody tr").filter(has_text=reference)


def test_it_is_in_the_queue_and_acknowledged_there_with_one_press(lead: Person, triage: Person) -> None:
    reference = send_concern(lead, FOUND.upn, FOUND.given_name)
    line = queued(triage, reference)
    told = line.inner_text()
    for said in ("Mirela Thornwick", "Not urgent", "Calwyn Fernshaw", "Nobody has it", "Acknowledge by"):
        assert said in told
    assert re.match(r"\([1-9]\d*\+?\) Referrals to decide", triage.page.title())
    assert "Mirela" not in triage.page.title()
    triage.looks_right("queue")
    with triage.page.expect_navigation():
        line.get_by_role("button", name=re.compile("Acknowledge")).click()
    assert f"{reference} is acknowledged. The school is told." in triage.text
    assert triage.page.url.endswith(f"/referrals?done={reference}")
    assert "Acknowledged" in queued(triage, reference, "?standing=received").inner_text()
    assert queued(triage, reference, "?standing=sent").count() == 0
    triage.page.reload()
    triage.page.go_back()
    assert triage.heading == "Referrals to decide"


def with_its_team(officer: Person, reference: str) -> None:
    """Within a second the portal has moved it to the team of the child's worker."""

    def team() -> str:
        officer.go(f"/referral/{reference}")
        return row(officer.page, "Team")

    until(team, lambda told: told != "The front door")


def test_two_officers_never_both_decide_and_the_second_loses_no_word(
    lead: Person, triage: Person, other: Person
) -> None:
    reference = send_concern(lead, FOUND.upn, FOUND.given_name)
    with_its_team(triage, reference)
    for one in (triage, other):
        one.go(f"/referral/{reference}/decision")
        assert "Mirela Thornwick, born" in one.text
    triage.looks_right("decision")
    other.press("Decide")
    assert other.page.locator(".govuk-error-summary a").first.inner_text() == "Choose what you decide"
    other.looks_right("decision-error")
    triage.choose("Assessment (section 17)")
    triage.fill(for_council="Seen twice before.")
    triage.press("Decide")
    assert triage.page.url.endswith(f"/referral/{reference}")
    assert "Decided: Assessment (section 17)" in triage.text
    triage.looks_right("referral-decided")
    other.choose("No further action, with advice")
    other.fill(for_school="Ask the family hub.", for_council="Nothing new.")
    other.press("Decide")
    assert (
        "Perwen Reedbourn decided: assessment (section 17)" in other.page.locator(".govuk-error-summary").inner_text()
    )
    assert other.page.locator("#typed-for_school").input_value() == "Ask the family hub."
    assert other.page.locator("#typed-for_council").input_value() == "Nothing new."
    other.looks_right("decided-by-another")
    assert queued(other, reference).count() == 0
    assert "Assessment" in queued(other, reference, "?standing=decided").inner_text()


def test_the_way_through_question_and_reassigning_is_its_history(lead: Person, triage: Person, other: Person) -> None:
    reference = send_concern(lead, FOUND.upn, FOUND.given_name)
    with_its_team(triage, reference)
    triage.press("Take")
    assert row(triage.page, "Who has it") == "You"
    triage.page.get_by_role("link", name="Ask the school for more").click()
    triage.looks_right("question")
    triage.fill(question="Who collects her after school?")
    triage.press("Ask the school")
    assert row(triage.page, "Now") == "The school owes an answer"
    other.go(f"/referral/{reference}")
    assert row(other.page, "Who has it") == "Perwen Reedbourn"
    other.page.get_by_role("link", name="Give it to an officer").click()
    other.looks_right("reassign")
    other.page.locator("#to").select_option(label="Halric Ostenby (you)")
    other.press("Give it to this officer")
    assert row(other.page, "Who has it") == "You"
    history = other.page.locator("ol").inner_text()
    assert history.index("took this referral") < history.index("Who collects her after school?")
    assert history.index("Who collects her") < history.index("Halric Ostenby gave this referral to Halric Ostenby")
    other.press("Give back")
    assert row(other.page, "Who has it") == "Nobody"
    other.looks_right("referral-asked")
