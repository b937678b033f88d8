"""The page of a close match, its confirmation, and the pages that ask for what tells children apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.gateway import world
from tests.gateway.world import CHILD, FOUND, LARCHMERE, Neighbours, Reader

TYPED = {
    "by": "name", "given_name": "Canarie", "family_name": "Featherstone", "born-day": "3", "born-month": "5",
    "born-year": "14", "purpose": "other", "reason": "A call from the hospital",
}  # fmt: skip
QUESTION = {
    "given_name": "Canarie", "family_name": "Featherstone", "born": "2014-05-03", "purpose": "other",
    "reason": "A call from the hospital",
}  # fmt: skip
SEARCH_ID = str(uuid4())
CLOSE = {"outcome": "close", "child": CHILD, "search_id": SEARCH_ID, "differs": ["given_name", "born"]}
SEVERAL = {"outcome": "narrow", "tells_apart": ["given_name", "upn"]}


@dataclass
class Behind(Neighbours):
    """Lookup, which answers one question after the other."""

    answers: list[dict[str, Any]] = field(default_factory=lambda: [CLOSE, FOUND])
    asked: list[dict[str, Any]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [Route("/searches", self._one, methods=["POST"])]

    async def _one(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        known = {"search_id": str(uuid4()), "as_of": datetime.now(UTC).isoformat()}
        return JSONResponse({**known, **self.answers[len(self.asked) - 1]})


@pytest.fixture
def behind(app: FastAPI) -> Behind:
    made = Behind()
    app.state.client = made.client()
    return made


@pytest.fixture
async def lead(browser: httpx.AsyncClient, behind: Behind) -> Reader:
    made = await world.at(browser, "/find")
    await made.send("/find", **TYPED)
    return made


def markup(lead: Reader) -> str:
    assert lead.page is not None
    return lead.page.text


async def test_what_was_typed_stands_beside_the_record_and_what_differs_is_said_in_words(
    lead: Reader, behind: Behind
) -> None:
    assert behind.asked == [QUESTION]
    assert "We think you mean Canary Featherstone" in lead.text
    rows = [row.split("</tr>")[0] for row in markup(lead).split("<tr")[2:]]
    plain = [" ".join(world.plain(f"<tr{row}").split()) for row in rows]
    assert ["Canarie" in plain[0], "Canary" in plain[0], "Differs" in plain[0]] == [True, True, True]
    assert "The same" in plain[1]
    assert "You typed: 3 May 2014" in plain[2]
    assert "The council's record: 5 March 2014" in plain[2]
    assert "Marlowick" not in markup(lead)
    title = markup(lead).partition("<title>")[2].partition("</title>")[0]
    assert title.startswith("Is this the child you mean?")


async def test_what_the_page_carries_cannot_be_read_and_makes_no_concern(
    lead: Reader, browser: httpx.AsyncClient
) -> None:
    assert SEARCH_ID not in markup(lead)
    assert str(CHILD["child_id"]) not in markup(lead)
    carried = lead.carried
    page = await browser.post("/concern", data={"token": carried["token"], "about": carried["shown"]})
    assert page.status_code == 403


async def test_confirmed_the_same_question_is_asked_again_under_the_search_that_showed_the_child(
    lead: Reader, behind: Behind
) -> None:
    await lead.send("/find/close", **{"is": "yes"})
    assert behind.asked == [QUESTION, {**QUESTION, "confirms": SEARCH_ID}]
    assert "has an allocated worker" in lead.text
    assert "You searched for: Canarie Featherstone, born 3 May 2014" in lead.text
    assert "The council's record: Canary Featherstone, born 5 March 2014" in lead.text


async def test_another_child_is_meant_and_the_form_comes_back_filled_in(lead: Reader, behind: Behind) -> None:
    await lead.send("/find/close", **{"is": "no"})
    assert len(behind.asked) == 1
    assert "Add the UPN" in lead.text
    assert 'data-portal-tab="by-name"' in markup(lead)
    for value in ("Canarie", "Featherstone", "A call from the hospital"):
        assert f'value="{value}"' in markup(lead)
    assert "01632 960 100" in lead.text


@pytest.mark.parametrize("shown", ["", "AAAA", "as it was"])
async def test_a_confirmation_that_is_not_of_this_person_for_this_school_asks_nothing(
    lead: Reader, behind: Behind, browser: httpx.AsyncClient, shown: str
) -> None:
    carried = lead.carried["shown"]
    if shown == "as it was":
        behind.acting = dict(LARCHMERE)
        shown = carried
    token = await world.token(browser)
    page = await browser.post("/find/close", data={"token": token, "shown": shown, "is": "yes"})
    assert page.status_code == 403
    assert len(behind.asked) == 1


async def test_several_who_may_be_meant_are_told_apart_by_what_is_asked_for(behind: Behind, lead: Reader) -> None:
    behind.answers.append(SEVERAL)
    behind.answers[1] = SEVERAL
    await lead.send("/find", **{**TYPED, "born-day": "", "born-year": "2014"})
    assert behind.asked[1]["born"] == "2014-05-XX"
    assert "More than one child could be meant" in lead.text
    assert "check the first name" in lead.text
    assert "add the UPN" in lead.text
    assert "date of birth, and add the day" not in lead.text
    assert 'value="Canarie"' in markup(lead)
    assert 'data-portal-tab="by-name"' in markup(lead)


async def test_too_many_are_neither_listed_nor_told_apart(behind: Behind, lead: Reader) -> None:
    behind.answers[1] = {"outcome": "narrow"}
    await lead.send("/find", **TYPED)
    assert "Too many children match" in lead.text
    assert 'value="Canarie"' not in markup(lead)


async def test_of_names_the_other_way_round_the_page_says_so(behind: Behind, lead: Reader) -> None:
    behind.answers[1] = {**CLOSE, "differs": ["swapped"]}
    await lead.send("/find", **TYPED)
    assert lead.text.count("Other way round") == 2
    behind.answers.append({**CLOSE, "differs": []})
    await lead.send("/find", **{**TYPED, "born-day": ""})
    assert lead.text.count("Not complete") == 1
