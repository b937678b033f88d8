"""A triage officer opens a referral: who sent it, what the school wrote, and what the records say of the child now."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.children import FOUND
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e

DAY = r"(Monday|Tuesday|Wednesday|Thursday|Friday) \d{1,2} [A-Z][a-z]+ \d{4}"


@pytest.fixture
def triage(signed_in: Callable[..., Person]) -> Person:
    return signed_in("triage_officer")


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
