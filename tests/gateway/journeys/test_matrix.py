"""Who may use what, for every journey that there is: nothing here names one, so a new page is held by this at once."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import get_args

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from services.gateway.frame.forms import Forms
from services.gateway.frame.journey import Journey
from services.gateway.frame.visit import place_of
from services.gateway.journeys import discovered
from shared.contracts import SCHOOL_ROLES, Role
from shared.contracts.identity import AgreementOption, Place
from tests.gateway.world import MOSSGATE, Neighbours

JOURNEYS = discovered()
ROLES: tuple[Role, ...] = get_args(Role)
OURS = [journey for journey in JOURNEYS.every if journey.roles]
NOT_YOURS = "Your role does not have this page"
SECRET = "a session"


def routes(journey: Journey) -> list[tuple[str, str]]:
    """Method and path of each of its routes."""
    found = [
        route for route in iter_route_contexts(journey.router.routes) if isinstance(route.original_route, APIRoute)
    ]
    return sorted(
        (method, re.sub(r"{\w+}", "x", route.path or "")) for route in found for method in route.methods or ()
    )


EVERY = [(journey, *route) for journey in OURS for route in routes(journey)]


def acting(role: Role) -> dict[str, str]:
    return {**MOSSGATE, "role": role} if role in SCHOOL_ROLES else {"role": role}


async def ask(browser: httpx.AsyncClient, forms: Forms, role: Role, method: str, path: str) -> httpx.Response:
    """A page, or a form with the proof that it comes from a page of this person."""
    proof = forms.token(SECRET, place_of(Place.model_validate(acting(role))))
    return await browser.request(method, path, data={"token": proof} if method == "POST" else None)


def named(value: object) -> str:
    return value.name if isinstance(value, Journey) else str(value)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("journey", "method", "path"), EVERY, ids=named)
async def test_a_page_is_for_the_roles_that_its_journey_names_and_for_no_other(
    lead: httpx.AsyncClient, app: FastAPI, neighbours: Neighbours, journey: Journey, method: str, path: str, role: Role
) -> None:
    neighbours.acting = acting(role)
    response = await ask(lead, app.state.forms, role, method, path)
    assert (NOT_YOURS in response.text) is (role not in journey.roles)
    assert response.status_code == 403 or role in journey.roles
    assert response.status_code != 500


@pytest.mark.parametrize(("journey", "method", "path"), EVERY, ids=named)
async def test_nobody_reads_or_sends_anything_without_signing_in(
    browser: httpx.AsyncClient, journey: Journey, method: str, path: str
) -> None:
    response = await browser.request(method, path, data={"upn": "B801200005001"} if method == "POST" else None)
    if method == "GET":
        assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    else:
        assert response.status_code == 401
        assert "What you typed has not been sent" in response.text
        assert "B801200005001" not in response.text


def test_each_role_has_one_home() -> None:
    assert Counter(role for journey in JOURNEYS.every for role in journey.home_of) == Counter(ROLES)


@pytest.mark.parametrize("role", ROLES)
async def test_somebody_starts_at_the_home_of_their_role_and_it_opens(
    lead: httpx.AsyncClient, neighbours: Neighbours, role: Role
) -> None:
    neighbours.acting = acting(role)
    page = await lead.get("/", follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, JOURNEYS.home(role))


@pytest.mark.parametrize("options", [(), get_args(AgreementOption)], ids=["no options", "every option"])
@pytest.mark.parametrize("role", ROLES)
async def test_the_navigation_has_the_journeys_of_the_role_and_the_agreement_and_no_others(
    lead: httpx.AsyncClient, neighbours: Neighbours, role: Role, options: tuple[str, ...]
) -> None:
    neighbours.acting = {**acting(role), "options": options}  # type: ignore[dict-item]
    header = (await lead.get("/help")).text.partition("<nav")[2].partition("</nav>")[0]
    links = [(path, unescape(name)) for path, name in re.findall(r'<a [^>]*href="([^"]+)">([^<]+)</a>', header)]
    wanted = [journey for journey in OURS if journey.link and role in journey.roles]
    ordered = [one for one in sorted(wanted, key=lambda one: (one.order, one.name)) if one.option in (None, *options)]
    assert links == [*((journey.start, journey.link) for journey in ordered), ("/school", "Change school")]


@pytest.mark.parametrize("journey", JOURNEYS.every, ids=named)
def test_what_a_journey_states_is_so(journey: Journey) -> None:
    """Its functions are there, its pages open, and whoever starts there may."""
    for reference in (journey.over, journey.unrecorded, journey.written, journey.first):
        assert reference is None or callable(journey.part(reference))
    assert bool(journey.carries) == bool(journey.written)
    assert set(journey.home_of) <= set(journey.roles or ROLES)
    assert ("GET", journey.start) in routes(journey) or not (journey.link or journey.home_of)
    assert all(("GET", path) in routes(journey) for path in journey.footer)
    assert journey.roles or not journey.link


def test_no_two_journeys_answer_at_one_path() -> None:
    paths = Counter(route for journey in JOURNEYS.every for route in routes(journey))
    assert [path for path, times in paths.items() if times > 1] == []


def test_no_two_journeys_carry_one_field() -> None:
    names = Counter(name for journey in JOURNEYS.every for name in journey.carries)
    assert [name for name, times in names.items() if times > 1] == []
