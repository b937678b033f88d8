"""The gateway's real application; a browser; and, for whoever asks for them, services that answer behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.gateway.app import service
from services.gateway.files import Files
from services.gateway.frame.forms import Forms, Holder
from services.gateway.frame.rendering import Pages
from services.gateway.journeys import discovered
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.rescue import DraftPage
from services.gateway.settings import Settings
from services.referrals.app import service as referrals_service
from tests.gateway import world
from tests.gateway.world import Neighbours, Reader
from tests.referrals.world import SETTINGS, Referrals, child
from tests.support.databases import Clone
from tests.support.web import Issuer, application, web


@pytest.fixture(scope="session")
def settings() -> Settings:
    return world.settings()


@pytest.fixture(scope="session")
def pages(settings: Settings) -> Pages:
    """Compiled once: templates take longer than all else that these tests do."""
    return Pages(settings, discovered(), Files().folder)


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
def neighbours(app: FastAPI) -> Neighbours:
    """The services behind the gateway; without them none answers."""
    made = Neighbours()
    app.state.client = made.client()
    return made


@pytest.fixture
async def lead(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """The browser of a lead who is signed in."""
    world.sign_in(browser)
    return browser


@pytest.fixture
async def referrals(neighbours: Neighbours, database: Callable[..., Awaitable[Clone]], issuer: Issuer) -> Referrals:
    """The real referrals behind the pages, which has the child that lookup's stand-in finds on the lead's roll."""
    made = Referrals(await database("referrals"))
    named = {name: world.CHILD[name] for name in ("child_id", "given_name", "family_name", "born")}
    await made.keep(child(**named))
    await made.is_fresh()
    neighbours.issuer = issuer
    neighbours.behind = application(referrals_service, SETTINGS, made.clone.db, issuer.keys())
    return made


@pytest.fixture
def writer(lead: httpx.AsyncClient, referrals: Referrals) -> Reader:
    """The same lead, pressing the buttons of the pages that they see."""
    return Reader(lead)


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
def draft() -> DraftPage:
    """What a page of a draft carries."""
    return DraftPage(draft_id=uuid4())
