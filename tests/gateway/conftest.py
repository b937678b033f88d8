"""The gateway's real application, with services that do not answer: what a page does by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.gateway.app import service
from services.gateway.domain import About, Draft
from services.gateway.forms import Forms, Holder
from services.gateway.http.visit import SESSION
from services.gateway.pages import Pages
from services.gateway.settings import Settings
from tests.gateway.neighbours import Neighbours
from tests.gateway.standing_in import Reader, Services
from tests.support.web import web

NOBODY = "http://127.0.0.1:9"
SUPPORT = "01632 960 400"
"""The discard port: nothing listens there."""


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(
        identity_url=NOBODY, lookup_url=NOBODY, referrals_url=NOBODY, audit_url=NOBODY,
        secret=SecretStr("a secret of forty characters, or about so"), team="the children's reception team",
        phone="01632 960 100", hours="Monday to Friday, 9am to 5pm",
        office_hours="Mo-Fr 09:00-17:00", out_of_hours_phone="01632 960 199",
        support_email="portal.support@council.example", support_phone=SUPPORT,
    )  # fmt: skip


@pytest.fixture(scope="session")
def pages(settings: Settings) -> Pages:
    """Compiled once: templates take longer than all else that these tests do."""
    return Pages(settings)


@pytest.fixture
async def browser(settings: Settings, pages: Pages) -> AsyncIterator[httpx.AsyncClient]:
    """Asks for pages over https, as the browser of somebody not signed in."""
    client = web(service, settings, None).client
    assert isinstance(client._transport, httpx.ASGITransport)
    assert isinstance(client._transport.app, FastAPI)
    client._transport.app.state.pages = pages
    client.base_url = httpx.URL("https://portal.test")
    yield client
    await client.aclose()


@pytest.fixture
def app(browser: httpx.AsyncClient) -> FastAPI:
    transport = browser._transport
    assert isinstance(transport, httpx.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    return transport.app


@pytest.fixture
def neighbours() -> Neighbours:
    return Neighbours()


@pytest.fixture
async def lead(browser: httpx.AsyncClient, app: FastAPI, neighbours: Neighbours) -> httpx.AsyncClient:
    """The browser of a lead who is signed in."""
    app.state.client = neighbours.client()
    browser.cookies.set(SESSION, "a session", domain="portal.test")
    return browser


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 4, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def forms() -> Forms:
    return Forms(SecretStr("a secret of forty characters, or about so"), timedelta(hours=4))


@pytest.fixture
def holder() -> Holder:
    return Holder(uuid4(), uuid4(), "lead@999001")


@pytest.fixture
def about() -> About:
    return About(
        child_id=uuid4(), given_name="Canary", family_name="Featherstone", born=date(2014, 3, 5), has_worker=True
    )


@pytest.fixture
def draft(about: About) -> Draft:
    typed = {
        "kind": "concern", "concern": "He came in without a coat again today.", "done_so_far": "We spoke to him.",
        "parents_know": "yes", "contact": "01632 960 111",
    }  # fmt: skip
    return Draft(about=about, key=uuid4(), urgency="not_urgent", highest="not_urgent", typed=typed)


@pytest.fixture
def services(app: FastAPI) -> Services:
    """Behind the gateway, answering; a test changes what."""
    made = Services()
    app.state.client = made.client()
    return made


@pytest.fixture
def writer(browser: httpx.AsyncClient, services: Services) -> Reader:
    """Signed in, at a browser without script."""
    return Reader(browser)
