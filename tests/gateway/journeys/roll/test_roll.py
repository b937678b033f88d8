"""The list of children with a worker, in its pages: why first, page by page, and on to the search of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.gateway.world import MOSSGATE, Neighbours, Reader, at, problem

AGREED = {**MOSSGATE, "options": ["roll_list"]}
CANARY = {"child_id": "0198e0a0-0000-7000-8000-000000000001", "given_name": "Canary", "family_name": "Featherstone",
          "born": "2014-03-05"}  # fmt: skip
PAGE = {
    "reading_id": CANARY["child_id"], "as_of": "2026-04-04T09:00:00Z", "current": True, "children": [CANARY],
    "next": None,
}  # fmt: skip
PLANNING = {"purpose": "planning"}


@dataclass
class Listed(Neighbours):
    """Lookup, as far as these pages ask it."""

    found: dict[str, Any] = field(default_factory=lambda: dict(PAGE))
    instead: Response | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    searched: list[dict[str, Any]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [
            Route("/roll-lists", self._list, methods=["POST"]),
            Route("/searches", self._noted, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        self.asked.append(await request.json())
        return self.instead or JSONResponse(self.found)

    async def _noted(self, request: Request) -> Response:
        self.searched.append(await request.json())
        return await self._search(request)


@pytest.fixture
def neighbours(app: FastAPI) -> Listed:
    made = Listed(acting=AGREED)  # type: ignore[arg-type]
    app.state.client = made.client()
    return made


@pytest.fixture
async def reader(browser: httpx.AsyncClient, neighbours: Listed) -> Reader:
    return await at(browser, "/roll")


async def test_opening_the_page_asks_for_nothing(reader: Reader, neighbours: Listed) -> None:
    assert "Why are you looking?" in reader.text
    assert neighbours.asked == []


async def test_a_list_without_a_reason_is_not_asked_for(reader: Reader, neighbours: Listed) -> None:
    await reader.send("/roll")
    assert reader.faults == ["Choose why you are looking"]
    await reader.send("/roll", purpose="other", reason="")
    assert reader.faults == ["Enter why you are looking"]
    assert neighbours.asked == []


async def test_the_list_names_the_children_and_says_that_it_is_not_whole(reader: Reader, neighbours: Listed) -> None:
    await reader.send("/roll", purpose="other", reason="A meeting")
    assert neighbours.asked == [{"purpose": "other", "reason": "A meeting", "after": ""}]
    assert re.search("Last name: Featherstone .*First name: Canary", reader.text)
    assert "a child who is not on it may have a worker all the same" in reader.text


async def test_a_list_of_nobody_does_not_say_that_nobody_has_a_worker(reader: Reader, neighbours: Listed) -> None:
    neighbours.found = {**PAGE, "children": []}
    await reader.send("/roll", **PLANNING)
    assert "There is no child to list." in reader.text
    assert "a child who is not on it may have a worker all the same" in reader.text


async def test_no_title_and_no_address_of_it_names_a_child(reader: Reader, neighbours: Listed) -> None:
    neighbours.found = {**PAGE, "next": "featherstone\x1fcanary\x1f1"}
    await reader.send("/roll", **PLANNING)
    assert reader.page is not None
    addresses = re.findall(r'(?:href|action)="([^"]*)"', reader.page.text)
    title = re.findall(r"<title>([^<]*)</title>", reader.page.text)
    assert not re.search("canary|featherstone|0198e0a0", " ".join([*addresses, *title]).lower())
    assert "featherstone\x1f" not in reader.page.text.lower(), "where the next page begins is sealed"


async def test_the_next_page_is_asked_for_the_same_reason(reader: Reader, neighbours: Listed) -> None:
    neighbours.found = {**PAGE, "next": "x"}
    await reader.send("/roll", purpose="other", reason="A meeting")
    neighbours.found = PAGE
    await press(reader, "/roll/next")
    assert neighbours.asked[-1] == {"purpose": "other", "reason": "A meeting", "after": "x"}
    assert reader.page is not None
    assert 'action="/roll/next"' not in reader.page.text


async def test_from_the_list_a_child_is_searched_for_with_the_same_reason(reader: Reader, neighbours: Listed) -> None:
    await reader.send("/roll", **PLANNING)
    await press(reader, "/find")
    assert neighbours.searched == [
        {"given_name": "Canary", "family_name": "Featherstone", "born": "2014-03-05", "purpose": "planning"}
    ]
    assert "has an allocated worker" in reader.text


@pytest.mark.parametrize(
    ("instead", "status", "told"),
    [
        (problem("not-agreed", 403), 403, "agreement does not include this"),
        (problem("no-record", 503), 503, "we cannot show the list"),
        (JSONResponse({**PAGE, "current": False, "children": []}), 200, "We cannot be sure right now"),
    ],
)
async def test_where_there_is_no_list_the_page_says_why_and_what_to_do(
    reader: Reader, neighbours: Listed, instead: Response, status: int, told: str
) -> None:
    neighbours.instead = instead
    await reader.send("/roll", **PLANNING)
    assert reader.page is not None
    assert (reader.page.status_code, told in reader.text, "Canary" in reader.text) == (status, True, False)


async def test_a_form_of_another_school_asks_nothing_and_keeps_why(reader: Reader, neighbours: Listed) -> None:
    neighbours.acting = {**AGREED, "school": "999002", "school_name": "Larchmere School"}  # type: ignore[dict-item]
    await reader.send("/roll", purpose="other", reason="A meeting")
    assert neighbours.asked == []
    assert "Nothing was sent" in reader.text
    assert reader.page is not None
    assert 'value="A meeting"' in reader.page.text


async def press(reader: Reader, path: str) -> None:
    """The button of the page's form with this address, with what that form carries."""
    assert reader.page is not None
    form = next(one for one in reader.page.text.split("<form")[1:] if f'action="{path}"' in one).partition("</form>")[0]
    carried = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form))
    reader.page = await reader.browser.post(path, data=carried)
