"""The page as its reader sees it."""

from __future__ import annotations

import httpx
import pytest

from tests.gateway.world import MOSSGATE, Neighbours


@pytest.mark.parametrize(("role", "links"), [("headteacher", 1), ("lead", 0), ("operator", 0)])
async def test_it_stands_in_the_navigation_of_its_role(
    lead: httpx.AsyncClient, neighbours: Neighbours, role: str, links: int
) -> None:
    neighbours.acting = {**MOSSGATE, "role": role}
    assert (await lead.get("/help")).text.count('href="/notices">Notices<') == links


async def test_it_shows_its_words(lead: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.acting = {**MOSSGATE, "role": "headteacher"}
    assert "There are no notices" in (await lead.get("/notices")).text
