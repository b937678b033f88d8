"""What has not reached the case system: listed with its reason, sent again by a button."""

from __future__ import annotations

import re
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.journeys.transfers import words
from services.referrals.transfer.domain import State
from shared.contracts.referrals.lists import Trouble
from tests.gateway.world import Neighbours, plain

OFFICER = {"role": "triage_officer"}
WAITS: dict[str, Any] = {
    "referral_id": "0198e0a0-0000-7000-8000-000000000001",
    "reference": "ABC-DEF-G", "school": "999001", "school_name": "Alder\u202e Primary", "state": "waiting",
    "since": "2026-11-30T14:02:00Z", "attempts": 7, "next_at": "2026-11-30T14:20:00Z", "sent_at": None,
    "trouble": "away", "late_at": "2026-11-30T14:17:00Z", "acknowledged_at": None, "source_number": None,
    "case_system": "intake",
}  # fmt: skip
HAS = {
    **WAITS, "state": "acknowledged", "acknowledged_at": "2026-11-30T14:03:00Z", "source_number": "CS-000012",
    "trouble": None,
}  # fmt: skip


@pytest.fixture
def officer(lead: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.acting = OFFICER
    return lead


async def read(browser: httpx.AsyncClient, path: str) -> str:
    return plain((await browser.get(path)).text.partition("<main")[2].partition("</main>")[0])


async def test_what_is_late_is_listed_with_its_reason(officer: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.transfer = WAITS
    page = await read(officer, "/transfers")
    for told in (
        "has not acknowledged 1 referral, 1 of them late", "ABC-DEF-G", "14:02 on Monday 30 November 2026", "Late",
        "The case system does not answer", "7 times", "Send again",
    ):  # fmt: skip
        assert told in page
    assert "/referral/ABC-DEF-G" in (await officer.get("/transfers")).text


async def test_the_button_sends_it_again_and_shows_how_far_it_is(
    officer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.transfer = WAITS
    form = (await officer.get("/transfers")).text.partition("<main")[2]
    proof = re.findall(r'name="token" value="([0-9a-f]+)"', form)[0]
    response = await officer.post("/transfers/ABC-DEF-G", data={"token": proof})
    assert (response.status_code, response.headers["location"]) == (303, "/transfers/ABC-DEF-G")
    assert neighbours.again == ["ABC-DEF-G"]


async def test_without_the_proof_nothing_is_sent_again(
    officer: httpx.AsyncClient, neighbours: Neighbours, app: FastAPI
) -> None:
    neighbours.transfer = WAITS
    assert (await officer.post("/transfers/ABC-DEF-G", data={"token": "0" * 64})).status_code == 403
    assert neighbours.again == []


async def test_what_the_case_system_has_is_said_with_its_number_and_no_button(
    officer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.transfer = HAS
    page = await read(officer, "/transfers/ABC-DEF-G")
    assert "The case system has it, as CS-000012" in page
    assert "Send again" not in page
    assert "has acknowledged every referral" in await read(officer, "/transfers")


async def test_without_a_case_system_that_is_said_and_there_is_no_button(
    officer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.transfer = {**WAITS, "case_system": "none", "late_at": None, "trouble": None}
    for path in ("/transfers", "/transfers/ABC-DEF-G"):
        page = await read(officer, path)
        assert "No case system is set up" in page
        assert "Send again" not in page


async def test_an_unknown_reference_is_said(officer: httpx.AsyncClient) -> None:
    response = await officer.get("/transfers/ABC-DEF-G")
    assert response.status_code == 404
    assert "There is no such referral" in response.text


def test_each_state_and_each_trouble_has_words() -> None:
    assert set(words.STATES) == set(get_args(State))
    assert set(words.TROUBLES) == set(get_args(Trouble))
