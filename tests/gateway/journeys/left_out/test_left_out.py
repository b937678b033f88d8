"""The page of data that cannot be used: what it says of a row, by table, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.gateway.journeys.left_out.words import REASONS
from tests.architecture.tree import ROOT
from tests.gateway import world
from tests.gateway.world import Neighbours, Reader, problem

CELL = {"table": "person", "key": "12", "column": "born", "why": "no_date", "since": "2026-11-30T14:02:00Z"}
MISSING = {"table": "worker", "key": None, "column": "phone", "why": "missing", "since": None}


@dataclass
class Behind(Neighbours):
    """Neighbours of a data protection officer: what the feed tells, and what it is asked."""

    acting: dict[str, str] | None = field(default_factory=lambda: {"role": "data_protection_officer"})
    told: dict[str, Any] = field(default_factory=lambda: {"cells": [], "counts": {}, "next": None})
    no: JSONResponse | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [Route("/left-out/readings", self._read, methods=["POST"])]

    async def _read(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        return self.no or JSONResponse(self.told)


@pytest.fixture
def behind(app: FastAPI) -> Behind:
    made = Behind()
    app.state.client = made.client()
    return made


async def opened(browser: httpx.AsyncClient) -> Reader:
    return await world.at(browser, "/left-out")


async def test_it_says_that_everything_can_be_used(browser: httpx.AsyncClient, behind: Behind) -> None:
    assert "Everything can be used." in (await opened(browser)).text


async def test_it_says_of_each_cell_where_it_is_why_in_words_and_since_when(
    browser: httpx.AsyncClient, behind: Behind
) -> None:
    behind.told = {"cells": [CELL, MISSING], "counts": {"person": 1, "worker": 1}, "next": None}
    text = (await opened(browser)).text
    assert "2 in all tables" in text
    assert "Table: person Row: 12 Column: born Why: There is no date Since: 30 November 2026 14:02:00" in text
    assert (
        "Row: All rows Column: phone Why: The case system does not send this column any more Since: Not known" in text
    )
    assert behind.asked == [{"table": None, "after": None}]


async def test_one_table_is_chosen_and_the_next_page_is_of_the_same_table(
    browser: httpx.AsyncClient, behind: Behind
) -> None:
    behind.told = {"cells": [CELL], "counts": {"person": 51}, "next": "a place"}
    officer = await opened(browser)
    await officer.send("/left-out", table="person", after="")
    assert "51 in person, 1 of them on this page" in officer.text
    await officer.send("/left-out")  # the button below the table carries the table and the place
    assert behind.asked[1:] == [{"table": "person", "after": None}, {"table": "person", "after": "a place"}]
    assert officer.page is not None
    assert officer.page.url.query == b""


async def test_a_place_that_is_none_is_no_page(browser: httpx.AsyncClient, behind: Behind) -> None:
    behind.told = {"cells": [CELL], "counts": {"person": 1}, "next": None}
    officer = await opened(browser)
    behind.no = problem("place-refused", 422)
    await officer.send("/left-out", after="x")
    assert officer.page is not None
    assert officer.page.status_code == 404


def test_each_reason_that_the_feed_has_is_told_in_words() -> None:
    """Reasons are words in the rules for cells and for sources: each `Unusable("…")` and each note."""
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "services/feed/sources").rglob("*.py")))
    given = set(re.findall(r'Unusable\("(\w+)"\)|needed\([^\n]*, "(\w+)"\)', text))
    assert {one for pair in given for one in pair if one} <= set(REASONS)
