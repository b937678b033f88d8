"""Officers at the council: a described child is found in the records; a referral is held as long as it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import choice
from typing import Any
from uuid import uuid4

import pytest

from deploy.operate import databases
from services.referrals.making.domain.reference import new_reference
from tests.e2e.children import FOUND
from tests.e2e.people import Person
from tests.support.portal import Portal

pytestmark = pytest.mark.e2e

DESCRIBED = """
INSERT INTO referral (referral_id, reference, made_by, idempotency_key, body_sha256, school, made_at, due_at, gate,
                      urgency, kind, concern, done_so_far, parents_know, contact, described_given_name,
                      described_family_name, described_born, described_why)
VALUES ($1, $2, $3, $4, '', '990001', now(), now() + interval '1 day', 'not_urgent', 'not_urgent', 'concern',
        'They came in without a coat again.', 'We gave them one.', true, '01632 960444', $5, $6, $7, 'Joins on Monday.')
"""


def asked(portal: Portal, statement: str, *values: Any) -> None:
    """A change in the referrals database, from a thread of its own: the browser's has a loop that runs."""

    async def ask() -> None:
        async with databases.connected(databases.at(portal.status["postgres"], "referrals")) as connection:
            await connection.execute(statement, *values)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, ask()).result()


@pytest.fixture
def reference(portal: Portal) -> str:
    """Of a referral about a child whom its school could only describe."""
    made = new_reference(choice)
    described = (FOUND.given_name.upper(), FOUND.family_name, FOUND.born)
    asked(portal, DESCRIBED, uuid4(), made, uuid4(), uuid4(), *described)
    return made


def test_an_officer_finds_the_described_child_and_takes_it_back(
    signed_in: Callable[..., Person], reference: str
) -> None:
    triage = signed_in("triage_officer")
    triage.go(f"/linking/{reference}")
    assert "Nobody has said yet which child of the records this is." in triage.text
    triage.looks_right("linking")
    triage.press("Find by UPN")
    assert triage.page.locator(".govuk-error-summary__list").inner_text() == "Enter a UPN"
    triage.looks_right("linking-error")
    triage.press("Find by name")
    assert f"Child 1: {FOUND.given_name} {FOUND.family_name}" in triage.text
    assert FOUND.given_name not in triage.page.title() + triage.page.url
    triage.looks_right("linking-found")
    triage.press("Child 1 is the one")
    triage.go(f"/linking/{reference}")
    assert "Found by" in triage.text
    assert FOUND.upn in triage.text
    triage.looks_right("linking-linked")
    triage.press("This is not the child")
    triage.go(f"/linking/{reference}")
    assert "Nobody has said yet" in triage.text


def test_a_referral_is_held_and_let_go(officer: Person, reference: str) -> None:
    officer.go("/holds")
    officer.press("Hold this referral")
    assert "Enter why it must be kept" in officer.page.locator(".govuk-error-summary__list").inner_text()
    officer.looks_right("holds-error")
    officer.fill(reference=reference.lower(), why="A court has asked for it.")
    officer.press("Hold this referral")
    assert f"Hold 1: referral {reference}" in officer.text
    assert "A court has asked for it." in officer.text
    officer.looks_right("holds")
    officer.press("Lift hold 1")
    assert reference not in officer.text
