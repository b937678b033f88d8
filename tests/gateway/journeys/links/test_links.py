"""The pages on which a person decides whether two records are of one child: what they show, ask and say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.feed.linking.domain import SAID_BEFORE, UNREADABLE
from services.gateway.journeys.links.words import DIFFERS
from tests.gateway import world
from tests.gateway.world import Neighbours, Reader, problem

ID = str(uuid4())
AT = f"/links/{ID}"
UPN = "B801200005001"
PAIR = {
    "id": ID, "verdict": "doubtful", "why": ["given_name", "no_upn"], "standing": "waiting",
    "since": "2026-11-30T14:02:00Z", "decided": None,
}  # fmt: skip
ROLL = {"number": "7", "given_name": "Mirela", "family_name": "O'Quillane", "born": "2014-03-05", "upns": [UPN]}
CARE = {"number": "7", "given_name": "<b>Mirella", "family_name": "O'Quillane", "born": None, "upns": []}
BOTH = {**PAIR, "decided_at": None, "roll": ROLL, "care": CARE, "seen": "ab12"}
LIST = {"pairs": [PAIR], "counts": {"waiting": 1, "marked": 2, "decided": 3}, "more": False}


@dataclass
class Behind(Neighbours):
    """Neighbours of a data protection officer: what the feed tells of pairs, and what it is asked."""

    acting: dict[str, str] | None = field(default_factory=lambda: {"role": "data_protection_officer"})
    listed: dict[str, Any] = field(default_factory=lambda: dict(LIST))
    both: dict[str, Any] = field(default_factory=lambda: dict(BOTH))
    no: JSONResponse | None = None
    gone: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [
            Route("/links/readings", self._list, methods=["POST"]),
            Route(AT, self._both, methods=["GET"]),
            Route(f"{AT}/decision", self._decide, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        return JSONResponse(self.listed)

    async def _both(self, _: Request) -> JSONResponse:
        return problem("pair-not-found", 404) if self.gone else JSONResponse(self.both)

    async def _decide(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        return self.no or JSONResponse({"id": ID})


@pytest.fixture
def behind(app: FastAPI) -> Behind:
    made = Behind()
    app.state.client = made.client()
    return made


def title(officer: Reader) -> str:
    assert officer.page is not None
    return officer.page.text.partition("<title>")[2].partition("</title>")[0]


async def test_the_list_says_why_and_since_when_and_nobody_s_name(browser: httpx.AsyncClient, behind: Behind) -> None:
    officer = await world.at(browser, "/links")
    assert (
        "Pair 1 First names differ, one of them has no UPN. So since 14:02 on Monday 30 November 2026." in officer.text
    )
    assert "Waiting for you (1)" in officer.text
    assert "Linked, with a difference (2)" in officer.text
    assert behind.asked == [{"group": "waiting"}]
    officer.page = await browser.get("/links?group=decided")
    assert behind.asked[-1] == {"group": "decided"}
    assert (await browser.get("/links?group=other")).status_code == 404


async def test_of_two_that_are_alike_it_says_that_another_fits_as_well(
    browser: httpx.AsyncClient, behind: Behind
) -> None:
    behind.listed |= {"pairs": [{**PAIR, "verdict": "same", "why": []}], "more": True}
    text = (await world.at(browser, "/links")).text
    assert "Another record fits as well." in text
    assert "There are more than are shown here." in text


async def test_a_upn_is_asked_for_by_a_form_and_is_in_no_address(browser: httpx.AsyncClient, behind: Behind) -> None:
    officer = await world.at(browser, "/links")
    await officer.send("/links", upn="b8012 00005001")
    assert behind.asked[-1] == {"upn": UPN}
    assert "Pairs of this UPN" in officer.text
    assert officer.page is not None
    assert (officer.page.url.path, officer.page.url.query) == ("/links", b"")
    await officer.send("/links", upn="B80120000500")
    assert officer.page.status_code == 422
    assert behind.asked[-1] == {"group": "waiting"}


async def test_both_records_stand_side_by_side_with_what_differs(browser: httpx.AsyncClient, behind: Behind) -> None:
    officer = await world.at(browser, AT)
    assert "First name Roll: Mirela Social care: <b>Mirella" in officer.text
    assert "Last name Roll: O'Quillane Social care: O'Quillane" in officer.text
    assert "Date of birth Roll: 5 March 2014 Social care: Not there, or it cannot be read Differs" in officer.text
    assert f"UPN, and former ones Roll: {UPN} Social care: None Differs" in officer.text
    assert "schools that ask for this child are told to telephone" in officer.text
    assert title(officer).startswith("Are these records of one child?")
    assert "<b>Mirella" not in (officer.page.text if officer.page else "")


@pytest.mark.parametrize(("answer", "same"), [("one", True), ("two", False), ("undo", None)])
async def test_one_press_decides(browser: httpx.AsyncClient, behind: Behind, answer: str, same: bool | None) -> None:
    officer = await world.at(browser, AT)
    await officer.send(AT, answer=answer, seen="ab12")
    assert behind.asked == [{"same": same, "seen": "ab12"}]
    assert officer.page is not None
    assert officer.page.url.path == AT


@pytest.mark.parametrize(
    ("told", "says", "says_not"),
    [
        ({"decided": True, "standing": "linked"}, "Take this back", "They are one child"),
        ({"decided": False, "standing": "apart"}, "They are one child", "They are two children "),
        ({"standing": "linked", "verdict": "same", "why": []}, "Nothing differs. They are treated as one", "Take this"),
        ({"standing": "passed"}, "is linked with another child", "Take this"),
    ],
)
async def test_the_page_says_how_they_stand_and_offers_what_is_left(
    browser: httpx.AsyncClient, behind: Behind, told: dict[str, Any], says: str, says_not: str
) -> None:
    behind.both |= told
    text = (await world.at(browser, AT)).text
    assert says in text
    assert says_not not in text


async def test_what_changed_meanwhile_is_said_and_shown_as_it_is_now(
    browser: httpx.AsyncClient, behind: Behind
) -> None:
    officer = await world.at(browser, AT)
    behind.no = problem("pair-changed", 409)
    behind.both |= {"roll": {**ROLL, "given_name": "Mira"}}
    await officer.send(AT, answer="one", seen="ab12")
    assert "This was not done: one of the records has changed" in officer.text
    assert "Roll: Mira " in officer.text


async def test_a_pair_that_is_gone_is_said_to_be_gone(browser: httpx.AsyncClient, behind: Behind) -> None:
    officer = await world.at(browser, AT)
    behind.gone, behind.no = True, problem("pair-not-found", 404)
    await officer.send(AT, answer="one", seen="ab12")
    assert "There is nothing to decide" in officer.text
    assert (await browser.get(AT)).status_code == 404


async def test_an_answer_that_is_none_is_no_page_and_asks_nothing(browser: httpx.AsyncClient, behind: Behind) -> None:
    officer = await world.at(browser, AT)
    await officer.send(AT, answer="perhaps", seen="ab12")
    assert officer.page is not None
    assert (officer.page.status_code, behind.asked) == (404, [])


def test_each_reason_that_the_feed_has_is_told_in_words() -> None:
    differing = {"given_name", "family_name", "born", "swapped", "upn", "no_upn", UNREADABLE, SAID_BEFORE}
    assert differing <= set(DIFFERS)
