"""Forms that another site's page sends are refused before anything is done; ours are not, whatever is in front."""

from __future__ import annotations

import httpx
import pytest

from services.gateway.app import service
from services.gateway.frame.cookies import SESSION
from tests.architecture.test_routes import application
from tests.architecture.test_routes import iter_route_contexts as routes

FORMS = sorted(
    str(route.path) for route in routes(application(service).routes) if (route.methods or set()) - {"GET", "HEAD"}
)
FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "https://portal.test.evil.example"},
    {"origin": "https://portal.test:8443", "host": "portal.test:443"},
    {"origin": "null"},
    {"origin": "nonsense"},
    {"origin": ""},
    {"origin": "https://[::1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://portal.test"},
    {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    {"sec-fetch-site": "cross-site", "origin": "null"},
    {"sec-fetch-site": "nonsense"},
]
OURS = [
    {},
    {"origin": "https://portal.test"},
    {"origin": "https://PORTAL.test:443", "host": "portal.test:443"},
    {"origin": "https://portal.test:8443"},
    {"origin": "https://portal.test", "host": "10.0.0.1:8000", "x-forwarded-host": "portal.test"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "https://portal.test"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
]
ASKED = 503
"""What comes of a form that is heard here: it is taken to a service, and none answers."""


async def sent(browser: httpx.AsyncClient, path: str, headers: dict[str, str]) -> httpx.Response:
    return await browser.post(path, data={"upn": "B801200005001"}, headers={"cookie": f"{SESSION}=secret", **headers})


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_another_site_is_refused_before_anybody_is_asked(
    browser: httpx.AsyncClient, path: str
) -> None:
    for headers in FOREIGN:
        response = await sent(browser, path, headers)
        assert response.status_code == 403, headers
        assert "Nothing was sent" in response.text
        assert "B801200005001" not in response.text


async def test_a_form_from_our_own_page_is_heard(browser: httpx.AsyncClient) -> None:
    for headers in OURS:
        assert (await sent(browser, "/find", headers)).status_code == ASKED, headers


async def test_a_page_may_be_come_to_from_anywhere(browser: httpx.AsyncClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "referer": "https://council.example/"}
    assert (await browser.get("/sign-in", headers=headers)).status_code == 200
