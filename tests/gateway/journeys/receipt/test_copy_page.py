"""The copy of a referral as a page to print and as a PDF to save."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from tests.gateway.world import Neighbours, plain

COPY: dict[str, Any] = {
    "title": "Referral ABC-DEF-G", "confidential": "Confidential. About a child.", "made_at": "2026-11-30T14:02:00Z",
    "parts": [
        {"heading": "The child", "lines": [{"label": "Name", "text": "Mira <O'Quillane>\u202e"}]},
        {"heading": "What the school wrote", "lines": [{"label": "What has happened", "text": "One.\n\nTwo."}]},
    ],
}  # fmt: skip
OFFICER = {"role": "triage_officer"}


@pytest.mark.parametrize(("acting", "back"), [(None, "/sent/ABC-DEF-G"), (OFFICER, "/referral/ABC-DEF-G")])
async def test_it_shows_everything_without_navigation_and_with_a_way_back(
    lead: httpx.AsyncClient, neighbours: Neighbours, acting: dict[str, str] | None, back: str
) -> None:
    neighbours.acting, neighbours.copy = acting or neighbours.acting, COPY
    response = await lead.get("/receipt/ABC-DEF-G")
    page = plain(unescape(response.text.partition("<main")[2]))
    for told in ("Confidential. About a child.", "Referral ABC-DEF-G", "The child", "What has happened", "Two."):
        assert told in page
    assert "Mira &lt;O&#39;Quillane&gt;" in response.text
    assert "One.\n\nTwo." in response.text
    assert f'class="govuk-back-link" href="{back}"' in response.text
    assert "portal-bar" not in response.text
    assert 'href="/receipt/ABC-DEF-G/pdf"' in response.text


async def test_its_title_names_nobody(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.copy = COPY
    title = re.findall("<title>(.*?)</title>", (await lead.get("/receipt/ABC-DEF-G")).text)
    assert title == ["Copy of a referral – Schools Child Portal"]


async def test_the_pdf_is_saved_and_never_shown_in_the_browser(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.copy = COPY
    response = await lead.get("/receipt/abc-def-g%22%0d%0a/pdf")
    headers = response.headers
    assert (response.content, headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert headers["content-disposition"] == 'attachment; filename="referral-ABC-DEF-G.pdf"'
    assert (headers["content-security-policy"], headers["x-content-type-options"]) == ("sandbox", "nosniff")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/receipt/ABC-DEF-G", "/receipt/ABC-DEF-G/pdf", "/receipt/%2e%2e%2fsearches"])
async def test_none_that_they_may_read_is_said(lead: httpx.AsyncClient, neighbours: Neighbours, path: str) -> None:
    response = await lead.get(path)
    assert response.status_code == 404
    assert ("There is no such referral" in response.text) is ("%2f" not in path)
