"""The data protection officer's page of legal holds: what it shows, what it sends, and what it says when it may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.gateway.calls.referrals.holds import HOLD_REASON_MAX
from tests.gateway import world
from tests.gateway.world import Neighbours, Reader, problem

HOLD = {
    "reference": "ABC-DEF-G", "at": "2026-11-30T14:02:00Z", "by_name": "Petra Vance", "why": "A court asked.\nTwice.",
    "school_name": "Alder Primary", "decided_at": None,
}  # fmt: skip


@dataclass
class Behind(Neighbours):
    """Neighbours of a data protection officer: which holds stand, and what referrals is asked."""

    acting: dict[str, str] | None = field(default_factory=lambda: {"role": "data_protection_officer"})
    holds: list[dict[str, Any]] = field(default_factory=list)
    no: JSONResponse | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [
            Route("/holds", self._standing, methods=["GET"]),
            Route("/holds", self._act, methods=["POST"]),
            Route("/holds/lifting", self._act, methods=["POST"]),
        ]

    async def _standing(self, _: Request) -> JSONResponse:
        return JSONResponse({"holds": self.holds})

    async def _act(self, request: Request) -> JSONResponse:
        self.asked.append((request.url.path, await request.json()))
        return self.no or JSONResponse({"reference": "ABC-DEF-G"})


@pytest.fixture
def behind(app: FastAPI) -> Behind:
    made = Behind()
    app.state.client = made.client()
    return made


@pytest.fixture
async def guardian(browser: httpx.AsyncClient, behind: Behind) -> Reader:
    return await world.at(browser, "/holds")


def status(reader: Reader) -> int:
    assert reader.page is not None
    return reader.page.status_code


async def test_it_shows_which_are_held_since_when_by_whom_and_why(guardian: Reader, behind: Behind) -> None:
    assert "None is held." in guardian.text
    behind.holds.append(HOLD)
    guardian.page = await guardian.browser.get("/holds")
    assert "Hold 1: referral ABC-DEF-G School Alder Primary" in guardian.text
    assert "Held since 14:02 on Monday 30 November 2026, by Petra Vance Why A court asked. Twice." in guardian.text
    assert "Decided Not yet" in guardian.text


async def test_a_hold_is_set_with_its_reason(guardian: Reader, behind: Behind) -> None:
    await guardian.send("/holds", reference=" abc-def-g\u200b", why="A court asked.\r\nTwice.")
    assert behind.asked == [("/holds", {"reference": "abc-def-g", "why": "A court asked.\nTwice."})]
    assert (status(guardian), guardian.faults) == (200, [])


async def test_one_press_lifts_it(guardian: Reader, behind: Behind) -> None:
    await guardian.send("/holds/lifting", reference="ABC-DEF-G")
    assert behind.asked == [("/holds/lifting", {"reference": "ABC-DEF-G"})]
    assert (status(guardian), guardian.faults) == (200, [])


@pytest.mark.parametrize("character", ["a", "é", "€", "😀"])
async def test_the_reason_may_be_so_long_and_no_longer(guardian: Reader, behind: Behind, character: str) -> None:
    await guardian.send("/holds", reference="ABC-DEF-G", why=character * HOLD_REASON_MAX)
    assert len(behind.asked) == 1
    guardian.page = await guardian.browser.get("/holds")
    await guardian.send("/holds", reference="ABC-DEF-G", why=character * (HOLD_REASON_MAX + 1))
    assert (len(behind.asked), status(guardian)) == (1, 422)
    assert guardian.value("why").strip() == character * (HOLD_REASON_MAX + 1)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({}, ["Enter a reference, like ABC-DEF-G", "Enter why it must be kept"]),
        ({"reference": "ABC-DEF-G", "why": " \u200b"}, ["Enter why it must be kept"]),
    ],
)
async def test_what_is_missing_is_said(
    guardian: Reader, behind: Behind, fields: dict[str, str], faults: list[str]
) -> None:
    await guardian.send("/holds", **fields)
    assert (guardian.faults, behind.asked) == (faults, [])


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (problem("held-already", 409), "This referral is held already"),
        (problem("referral-not-found", 404), "There is no referral with this reference."),
    ],
    ids=["held", "none"],
)
async def test_a_refusal_says_why_and_gives_the_reason_back(
    guardian: Reader, behind: Behind, refusal: JSONResponse, says: str
) -> None:
    behind.no = refusal
    await guardian.send("/holds", reference="ABC-DEF-G", why="A court asked.")
    assert says in guardian.text
    assert guardian.value("why").strip() == "A court asked."


async def test_who_lifts_what_is_lifted_sees_how_it_stands_now(guardian: Reader, behind: Behind) -> None:
    behind.no = problem("not-held-now", 409)
    await guardian.send("/holds/lifting", reference="ABC-DEF-G")
    assert "not held any more" in guardian.text
