"""Signing out, records that are old, and pages that tell nothing to whom they should not."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import asyncpg
import pytest
from playwright.sync_api import Browser

from tests.e2e.children import EVERY, FOUND, child
from tests.e2e.people import Person, arrive, sign_in, until
from tests.e2e.record import the_one_entry
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

ABOUT = ["/help", "/privacy", "/accessibility", "/cookies", "/nowhere", "/concern"]
AGO = "UPDATE freshness SET as_of = now() - interval '20 minutes'"


@pytest.fixture
def leaver(browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]) -> Person:
    """Somebody at a browser of their own, who may sign out without signing out the others."""
    person = arrive(browser, base)
    sign_in(person, portal, accounts["third_lead"])
    return person


@pytest.fixture
def writer(browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]) -> Person:
    """Who signs out, and in again at once: none of their codes of now has been used."""
    person = arrive(browser, base)
    sign_in(person, portal, accounts["other_lead"])
    return person


def test_after_signing_out_back_shows_nothing(leaver: Person, officer: Person) -> None:
    leaver.find_upn(FOUND.upn)
    leaver.go("/find")
    correlation = leaver.press("Sign out")
    assert leaver.heading == "You have signed out"
    leaver.looks_right("signed-out")
    for _ in range(2):
        leaver.page.go_back()
        assert FOUND.family_name not in leaver.page.content()
        assert "Find by UPN" not in leaver.page.content()
    assert "Signed out" in the_one_entry(officer, correlation)


def test_another_tab_is_signed_out_too(leaver: Person) -> None:
    leaver.go("/find")
    other = leaver.context.new_page()
    other.goto(f"{leaver.base}/help")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/signed-out")
    leaver.page.locator("#upn-upn").fill(FOUND.upn)
    leaver.choose("Checking our records")
    leaver.press("Find by UPN")
    assert leaver.heading == "You have been signed out"
    assert "You signed out in another tab or window." in leaver.text
    assert "What you typed has not been sent." in leaver.text
    assert FOUND.upn not in leaver.page.content()


def test_what_was_written_when_the_sign_in_ended_is_given_back_to_its_writer(
    writer: Person, portal: Portal, accounts: dict[str, dict[str, str]]
) -> None:
    pupil = child("not_on_roll", "of another school")
    writer.find_upn(pupil.upn)
    writer.press(f"Send a concern or update about {pupil.given_name}")
    writer.choose("No, it is not urgent")
    writer.press("Continue")
    writer.choose("A new concern")
    writer.press("Continue")
    writer.fill(concern="A long concern that took half an hour to write.")
    other = Person(writer.context, writer.context.new_page(), writer.base)
    other.go("/help")
    other.press("Sign out")
    writer.press("Continue")
    assert writer.heading == "You have been signed out"
    assert "half an hour" not in writer.page.content()
    writer.looks_right("signed-out-kept")
    writer.press("Show what I typed")
    assert "half an hour" not in writer.page.content()
    sign_in(other, portal, accounts["other_lead"])
    writer.press("Show what I typed")
    assert writer.page.locator("#typed-concern").input_value().startswith("A long concern")
    writer.looks_right("typed")


def test_a_form_that_was_tampered_with_does_nothing(lead: Person) -> None:
    lead.go("/find")
    lead.page.locator("#by-upn [name=token]").evaluate("field => { field.value = 'f'.repeat(64) }")
    lead.page.locator("#upn-upn").fill(FOUND.upn)
    lead.choose("Checking our records")
    lead.press("Find by UPN")
    assert lead.heading == "Nothing was sent"
    lead.looks_right("form-over")


def test_old_records_give_no_answer(lead: Person, officer: Person, portal: Portal) -> None:
    with feed_stopped(portal):
        correlation = lead.find_upn(FOUND.upn)
        assert lead.heading == "We cannot be sure right now"
        assert "The council's records were last up to date at" in lead.text
        assert "Ione Marlowick" not in lead.page.content()
        lead.looks_right("answer-not_current")
    assert "Records not current" in the_one_entry(officer, correlation)
    until(lambda: (lead.find_upn(FOUND.upn), lead.heading)[1], lambda heading: "allocated worker" in heading)


@contextmanager
def feed_stopped(portal: Portal) -> Iterator[None]:
    """The feed says nothing more, and what it said last is twenty minutes old."""
    feed = portal.run["parts"]["feed"]["pid"]
    os.kill(feed, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor() as beside:
            beside.submit(asyncio.run, _execute(portal.status["postgres"], AGO)).result()
        yield
    finally:
        os.kill(feed, signal.SIGCONT)


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn, database="lookup")
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("path", ABOUT)
def test_pages_about_the_portal_look_right(lead: Person, path: str) -> None:
    lead.go(path)
    lead.looks_right(f"about-{path.strip('/')}")


@pytest.mark.parametrize("role", ["account_administrator", "operator"])
def test_roles_without_pages_are_told_so(signed_in: Callable[..., Person], role: str) -> None:
    person = signed_in(role)
    person.go("/")
    assert person.heading == "What you can do here"
    person.looks_right(f"start-{role}")


def test_no_child_was_ever_in_an_address_or_a_title(lead: Person, officer: Person) -> None:
    """Of everything that the browsers of the lead and the officer have shown in this run."""
    everything = "\n".join(lead.seen + officer.seen)
    assert everything
    for each in EVERY:
        for secret in (each.upn, each.given_name, each.family_name):
            assert secret not in everything
    assert "referral_id" not in everything
    assert all("?" not in seen.split(" ")[0] for seen in lead.seen + officer.seen)


def test_no_log_of_the_portal_names_a_child_that_was_asked_for(portal: Portal, lead: Person) -> None:
    """After all that was typed into the pages in this run, right and wrong."""
    logs = {path.name: path.read_text(errors="replace") for path in (portal.home / "logs").glob("*.log")}
    assert '"/find"' in logs["gateway.log"]
    for name, text in logs.items():
        for each in EVERY:
            assert not [secret for secret in (each.upn, each.given_name, each.family_name) if secret in text], name
