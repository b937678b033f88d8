"""The page on which an officer finds a described child: what it shows, asks, and says when it may not."""

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

from tests.gateway import world
from tests.gateway.world import Neighbours, Reader, problem

DESCRIBED = {
    "given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03", "why": "Joins Monday.\nHer brother too.",
}  # fmt: skip
CHILD = {
    "child_id": str(uuid4()), "given_name": "Míra", "family_name": "O Quillane", "born": "2014-04-03",
    "upn": "B801200005001", "restricted": False, "schools": ["Larchmere School"],
}  # fmt: skip
LINK = {"reference": "ABC-DEF-G", "version": 3, "decided": False, "described": DESCRIBED, "linked": False}
LINKED = {"linked": True, "child": CHILD, "linked_by_name": "Odile Marsh", "linked_at": "2026-11-30T14:02:00Z"}
FOUND = {"candidates": [CHILD], "more": False, "as_of": "2026-11-30T14:02:00Z", "current": True}
AT = "/linking/ABC-DEF-G"


@dataclass
class Behind(Neighbours):
    """Neighbours of a triage officer: what referrals tells of a link, and what it is asked."""

    acting: dict[str, str] | None = field(default_factory=lambda: {"role": "triage_officer"})
    link: dict[str, Any] = field(default_factory=lambda: dict(LINK))
    found: dict[str, Any] = field(default_factory=lambda: dict(FOUND))
    no: JSONResponse | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def own_routes(self) -> list[Route]:
        return [
            Route("/referrals/ABC-DEF-G/link", self._link, methods=["GET"]),
            Route("/referrals/ABC-DEF-G/link", self._put, methods=["POST"]),
            Route("/referrals/ABC-DEF-G/candidates", self._candidates, methods=["POST"]),
        ]

    async def _link(self, _: Request) -> JSONResponse:
        return JSONResponse(self.link)

    async def _put(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        return self.no or JSONResponse({"reference": "ABC-DEF-G"})

    async def _candidates(self, request: Request) -> JSONResponse:
        self.asked.append(await request.json())
        return JSONResponse(self.found)


@pytest.fixture
def behind(app: FastAPI) -> Behind:
    made = Behind()
    app.state.client = made.client()
    return made


@pytest.fixture
async def officer(browser: httpx.AsyncClient, behind: Behind) -> Reader:
    return await world.at(browser, AT)


def title(officer: Reader) -> str:
    assert officer.page is not None
    return officer.page.text.partition("<title>")[2].partition("</title>")[0]


def typed(officer: Reader, name: str) -> str:
    """What stands in an input of the page."""
    assert officer.page is not None
    return officer.page.text.partition(f'name="{name}"')[2].partition('value="')[2].partition('"')[0]


async def test_it_shows_what_the_school_wrote_and_has_it_in_the_form(officer: Reader) -> None:
    assert "Name Mira O'Quillane Date of birth 3 April 2014" in officer.text
    assert "Why not on the roll Joins Monday. Her brother too." in officer.text
    assert "Nobody has said yet which child of the records this is." in officer.text
    assert [typed(officer, name) for name in ("given_name", "born-day", "born-year")] == ["Mira", "3", "2014"]
    assert "Mira" not in title(officer)


async def test_a_search_shows_who_may_be_meant_and_nobody_is_in_the_address(officer: Reader, behind: Behind) -> None:
    born = {"born-day": "3", "born-month": "4", "born-year": "2014"}
    await officer.send(AT, by="name", given_name=" Mira ", family_name="O'Quillane", **born)
    assert behind.asked == [{"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}]
    assert "Child 1: Míra O Quillane" in officer.text
    assert "UPN B801200005001 On the roll of Larchmere School" in officer.text
    assert "out of date" not in officer.text
    assert officer.page is not None
    assert officer.page.url.path == AT
    assert not officer.page.url.query


async def test_one_press_says_which_child_it_is(officer: Reader, behind: Behind) -> None:
    await officer.send(AT, by="upn", upn="B801200005001")
    await officer.send(f"{AT}/child", version="3", child=str(CHILD["child_id"]))
    assert behind.asked[-1] == {"version": 3, "child_id": CHILD["child_id"]}
    assert officer.page is not None
    assert officer.page.url.path == "/referral/ABC-DEF-G"


async def test_the_child_that_was_found_is_shown_with_who_found_it_and_can_be_taken_back(
    officer: Reader, behind: Behind
) -> None:
    behind.link |= LINKED
    officer.page = await officer.browser.get(AT)
    assert "Found by Odile Marsh at 14:02 on Monday 30 November 2026." in officer.text
    assert "This is not the child" in officer.text
    await officer.send(f"{AT}/child", version="3", child="")
    assert behind.asked == [{"version": 3, "child_id": None}]


@pytest.mark.parametrize(
    ("told", "says", "says_not"),
    [
        ({"decided": True, **LINKED}, "its child can no longer be changed", "Find by name"),
        ({"described": None}, "There is nobody to find.", "Find by name"),
        ({"linked": True, "child": None}, "the records have it no more", "Nobody has said"),
        ({"described": {**DESCRIBED, "born": None}}, "Not known to the school", "3 April"),
    ],
)
async def test_the_page_says_how_it_is(
    officer: Reader, behind: Behind, told: dict[str, Any], says: str, says_not: str
) -> None:
    behind.link |= told
    officer.page = await officer.browser.get(AT)
    assert says in officer.text
    assert says_not not in officer.text


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"candidates": []}, "Nobody was found"),
        ({"candidates": [], "current": False}, "may be out of date. They were last complete at 14:02"),
        ({"current": False, "as_of": None}, "Up to when they are complete is not known."),
        ({"more": True}, "There are more than are shown here."),
        (
            {"candidates": [{**CHILD, "differs": ["born", "swapped"]}]},
            "Not as you typed it date of birth, first and last name the other way round",
        ),
        ({"candidates": [{**CHILD, "upn": None, "schools": [], "restricted": True}]}, "No school today Restricted Yes"),
    ],
)
async def test_nobody_is_no_plain_no(officer: Reader, behind: Behind, told: dict[str, Any], says: str) -> None:
    behind.found |= told
    await officer.send(AT, by="upn", upn="B801200005001")
    assert says in officer.text


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"by": "upn", "upn": ""}, ["Enter a UPN"]),
        ({"by": "upn", "upn": "B801"}, ["The UPN must be 13 characters"]),
        ({"by": "name", "given_name": "\u200b"}, ["Enter a first name", "Enter a last name", "Enter a date of birth"]),
        ({"by": "name", "given_name": "a" * 201, "family_name": "b", "born-day": "31"}, None),
    ],
)
async def test_what_cannot_be_asked_comes_back_to_be_mended(
    officer: Reader, behind: Behind, fields: dict[str, str], faults: list[str] | None
) -> None:
    await officer.send(AT, **fields)
    assert officer.page is not None
    assert (officer.page.status_code, behind.asked) == (422, [])
    assert officer.faults == faults or (faults is None and len(officer.faults) == 2)


async def test_whoever_was_second_sees_how_it_stands_now(officer: Reader, behind: Behind) -> None:
    behind.no = problem("linking-refused", 409, "changed_meanwhile")
    behind.link |= {**LINKED, "version": 4}
    await officer.send(f"{AT}/child", version="3", child=str(CHILD["child_id"]))
    assert officer.page is not None
    assert officer.page.status_code == 409
    assert "somebody has changed this referral meanwhile" in officer.text
    assert "Found by Odile Marsh" in officer.text


@pytest.mark.parametrize(
    "fields", [{}, {"version": "x"}, {"version": "3", "child": "x"}, {"version": "٣", "child": ""}]
)
async def test_a_form_that_is_not_ours_does_nothing(officer: Reader, behind: Behind, fields: dict[str, str]) -> None:
    await officer.send(f"{AT}/child", **{"version": "", **fields})
    assert officer.page is not None
    assert (officer.page.status_code, behind.asked) == (404, [])


@pytest.mark.parametrize("reference", ["ABC%2FDEF", "é", "x" * 41])
async def test_an_address_of_no_referral_is_no_page(officer: Reader, reference: str) -> None:
    response = await officer.browser.get(f"/linking/{reference}")
    assert response.status_code == 404
