"""Changed since you looked: before the home at a sign-in, on its page, and in nobody's way."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.gateway.journeys.changed import routes
from services.gateway.journeys.changed.words import ANOTHER, CHANGES
from tests.gateway.world import MOSSGATE, Neighbours, Reader, at, problem

AGREED = {**MOSSGATE, "options": ["changed_since"]}
ONE = {
    "child_id": "0198e0a0-0000-7000-8000-000000000001", "given_name": "Canary", "family_name": "Featherstone",
    "born": "2014-03-05", "looked_at": "2026-04-03T12:00:00Z", "change": "other_workers",
}  # fmt: skip
NOTHING = {
    "reading_id": ONE["child_id"],
    "as_of": "2026-04-04T09:00:00Z",
    "current": True,
    "changes": [],
    "more": False,
}


@dataclass
class Followed(Neighbours):
    """Lookup, as far as these pages ask it."""

    found: dict[str, Any] = field(default_factory=lambda: {**NOTHING, "changes": [ONE]})
    instead: Response | None = None
    hangs: bool = False
    asked: list[bool] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [Route("/changes", self._changes, methods=["POST"])]

    async def _changes(self, request: Request) -> Response:
        self.asked.append((await request.json())["untold"])
        if self.hangs:
            await asyncio.Event().wait()
        return self.instead or JSONResponse(self.found)


@pytest.fixture
def neighbours(app: FastAPI) -> Followed:
    made = Followed(acting=AGREED)  # type: ignore[arg-type]
    app.state.client = made.client()
    return made


async def test_what_was_not_told_yet_is_shown_before_the_home(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    reader = await at(browser, "/")
    assert reader.page is not None
    assert (reader.page.status_code, neighbours.asked) == (200, [True])
    assert "Changed since you looked" in reader.text
    assert "Canary Featherstone" in reader.text
    assert CHANGES["other_workers"] in reader.text
    assert reader.page.headers["cache-control"] == "no-store"


async def test_no_title_and_no_address_of_it_names_a_child(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    reader = await at(browser, "/changed")
    assert reader.page is not None
    title = re.findall(r"<title>([^<]*)</title>", reader.page.text)[0]
    assert title.startswith("Changed since you looked")
    assert not any(word in title for word in ("Canary", "Featherstone"))
    links = re.findall(r'(?:href|action)="([^"]*)"', reader.page.text)
    assert not any(word in link for link in links for word in ("Canary", "Featherstone", ONE["child_id"]))


async def test_where_nothing_is_new_one_goes_home(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    neighbours.found = NOTHING
    reader = await at(browser, "/")
    assert reader.page is not None
    assert reader.page.headers["location"] == "/find"


@pytest.mark.parametrize(
    "instead",
    [problem("not-agreed", 403), problem("no-record", 503), problem("session-over", 401), Response("?", 500)],
    ids=["not agreed", "no record", "signed off", "broken"],
)
async def test_whatever_is_wrong_with_it_keeps_nobody_from_their_home(
    browser: httpx.AsyncClient, neighbours: Followed, instead: Response
) -> None:
    neighbours.instead = instead
    reader = await at(browser, "/")
    assert reader.page is not None
    assert reader.page.headers["location"] == "/find"


async def test_a_sign_in_does_not_wait_long_for_it(
    browser: httpx.AsyncClient, neighbours: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "FIRST_S", 0.05)
    neighbours.hangs = True
    reader = await at(browser, "/")
    assert reader.page is not None
    assert reader.page.headers["location"] == "/find"


async def test_without_the_option_nobody_is_asked_at_a_sign_in(
    browser: httpx.AsyncClient, neighbours: Followed
) -> None:
    neighbours.acting = dict(MOSSGATE)
    reader = await at(browser, "/")
    assert reader.page is not None
    assert (reader.page.headers["location"], neighbours.asked) == ("/find", [])


async def test_the_page_says_that_it_is_not_agreed(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    neighbours.instead = problem("not-agreed", 403)
    reader = await at(browser, "/changed")
    assert reader.page is not None
    assert (reader.page.status_code, "agreement does not include this" in reader.text) == (403, True)


async def test_the_page_has_what_was_told_before_too(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    reader = await at(browser, "/changed")
    assert neighbours.asked == [False]
    assert "Canary Featherstone" in reader.text


async def test_that_nothing_is_there_does_not_say_that_nothing_has_changed(
    browser: httpx.AsyncClient, neighbours: Followed
) -> None:
    neighbours.found = NOTHING
    reader = await at(browser, "/changed")
    assert "There is nothing to tell you" in reader.text
    assert "may have changed all the same" in reader.text


async def test_from_old_records_the_page_gives_the_telephone(browser: httpx.AsyncClient, neighbours: Followed) -> None:
    neighbours.found = {**NOTHING, "current": False, "as_of": None}
    reader: Reader = await at(browser, "/changed")
    assert "We cannot be sure right now" in reader.text
    assert "01632 960 100" in reader.text


async def test_a_change_that_the_pages_do_not_know_is_told_all_the_same(
    browser: httpx.AsyncClient, neighbours: Followed
) -> None:
    neighbours.found = {**NOTHING, "changes": [{**ONE, "change": "sixth_worker"}]}
    assert ANOTHER in (await at(browser, "/changed")).text
