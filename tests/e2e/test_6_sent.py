"""The school's side of a referral: a lead sees each step at the council, answers what is asked, is told by e-mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.children import FOUND
from tests.e2e.people import Person, until
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

NAME = f"{FOUND.given_name} Thornwick"


@pytest.fixture
def triage(signed_in: Callable[..., Person]) -> Person:
    return signed_in("triage_officer")


@pytest.fixture(scope="module")
def sent(signed_in: Callable[..., Person]) -> str:
    """The reference of a concern that the lead has sent."""
    lead = signed_in("lead")
    lead.begin_concern(FOUND.upn, FOUND.given_name)
    lead.write_concern("She came in without a coat again.")
    lead.send_concern()
    return lead.reference


def subjects(portal: Portal, reference: str, to: str) -> list[str]:
    """Of the e-mails about it to one person, in order."""
    told = json.loads(portal.do("demo", "mail", to, "--json"))
    return [one["subject"] for one in told if reference in one["subject"]]


def is_told(portal: Portal, reference: str, to: str, *wanted: str) -> None:
    until(lambda: subjects(portal, reference, to), lambda seen: sorted(seen) == sorted(wanted))


def stands(lead: Person, reference: str) -> str:
    lead.go(f"/sent/{reference}")
    return lead.text.replace("\t", "\n")


def decide(triage: Person, reference: str) -> None:
    triage.go(f"/referral/{reference}/decision")
    triage.page.locator("input[name=decision][value=early_help]").check()
    triage.fill(for_school="A worker will ring you this week.", for_council="Canary of the council.")
    triage.press("Decide")


def test_a_lead_sees_each_step_and_is_told_of_it(
    lead: Person, triage: Person, sent: str, portal: Portal, accounts: dict[str, Any]
) -> None:
    me, officer = accounts["lead"]["email"], accounts["triage_officer"]["email"]
    assert "Received\nNot yet" in stands(lead, sent)
    lead.looks_right("sent-one")
    is_told(portal, sent, officer, f"New referral {sent}")
    triage.go(f"/referral/{sent}")
    triage.press("Acknowledge")
    assert "2. Received\n" in stands(lead, sent)
    assert "Received\nNot yet" not in lead.text.replace("\t", "\n")
    is_told(portal, sent, me, f"{sent}: received")

    triage.go(f"/referral/{sent}/question")
    triage.fill(question="Which day was it?")
    triage.press("Ask the school")
    assert "They need your answer first" in stands(lead, sent)
    lead.looks_right("sent-asked")
    lead.press("Send your answer")
    assert lead.page.title().startswith("Error: A concern we have sent")
    lead.looks_right("sent-asked-error")
    lead.fill(answer="It was on Monday.")
    lead.press("Send your answer")
    assert "Your answer has been sent" in lead.text
    lead.looks_right("sent-answered")
    is_told(portal, sent, officer, f"New referral {sent}", f"Answer about referral {sent}")

    decide(triage, sent)
    page = stands(lead, sent)
    assert "Early help is being opened" in page
    assert "A worker will ring you this week." in page
    assert "Canary of the council" not in lead.page.content()
    lead.looks_right("sent-decided")
    is_told(portal, sent, me, f"{sent}: received", f"{sent}: a question for your school", f"{sent}: decided")


def test_the_list_is_the_schools_and_works_from_the_navigation(
    lead: Person, sent: str, signed_in: Callable[..., Person]
) -> None:
    head, other = signed_in("headteacher"), signed_in("other_lead")
    for person in (lead, head):
        person.go("/find")
        person.page.get_by_role("link", name="Concerns we have sent").click()
        person.page.wait_for_url("**/sent")
        assert sent in person.text
        assert NAME in person.text
        assert NAME not in person.page.title()
    head.looks_right("sent-list")
    other.go("/sent")
    assert sent not in other.text
    other.go(f"/sent/{sent}")
    assert other.heading == "Page not found"


def test_no_message_names_the_child(portal: Portal, sent: str) -> None:
    for one in json.loads(portal.do("demo", "mail", "--json")):
        assert "Thornwick" not in one["text"] + one["subject"]
        assert FOUND.given_name not in one["text"]
