"""One portal and one browser for every journey; people who are signed in already, for a code is good only once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import Person, arrive, sign_in
from tests.support import browser as chromium
from tests.support.portal import Portal
from tests.support.portal import portal as fresh

HOME = "PORTAL_E2E_HOME"
"""The home of a portal that runs already; without it the suite starts one of its own."""


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    with ExitStack() as stack:
        if home := os.environ.get(HOME):
            yield Portal(Path(home))
            return
        made = stack.enter_context(fresh())
        made.up()
        yield made


@pytest.fixture(scope="session")
def base(portal: Portal) -> str:
    return portal.status["gateway"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium.require(), args=list(chromium.FLAGS))
        yield made
        made.close()


@pytest.fixture(scope="session")
def accounts(portal: Portal) -> dict[str, dict[str, str]]:
    """By role and number of schools: lead (of the first school), other_lead, third_lead, two_schools, headteacher,
    triage_officer, other_triage_officer …"""
    rows = portal.accounts
    first = next(row["school"] for row in rows if row["role"] == "lead")
    schools = {row["email"]: sum(1 for other in rows if other["email"] == row["email"]) for row in rows}
    named: dict[str, dict[str, str]] = {}
    for row in rows:
        name = row["role"] if row["school"] in (None, first) else f"other_{row['role']}"
        name = "two_schools" if schools[row["email"]] > 1 else name
        name = f"other_{name}" if name == "triage_officer" and name in named else name
        named.setdefault("third_lead" if name == "other_lead" and name in named else name, row)
    return named


@pytest.fixture(scope="session")
def signed_in(
    browser: Browser, base: str, portal: Portal, accounts: dict[str, dict[str, str]]
) -> Callable[..., Person]:
    """`signed_in("lead")`: that person, at their first page; the same sign-in for every test."""
    kept: dict[str, Person] = {}

    def person(name: str) -> Person:
        if name not in kept:
            kept[name] = arrive(browser, base)
            sign_in(kept[name], portal, accounts[name])
        return kept[name]

    return person


@pytest.fixture
def lead(signed_in: Callable[..., Person]) -> Person:
    return signed_in("lead")


@pytest.fixture
def officer(signed_in: Callable[..., Person]) -> Person:
    return signed_in("data_protection_officer")
