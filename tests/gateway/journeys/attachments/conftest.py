"""A lead's browser at the gateway, with the real referrals service behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.gateway import world
from tests.gateway.journeys.attachments.world import Behind, Files
from tests.referrals.attachments.world import Attaching, with_files
from tests.referrals.world import MIRA, Referrals
from tests.support.databases import Clone
from tests.support.serving import listening


@pytest.fixture
async def files(
    app: FastAPI, browser: httpx.AsyncClient, database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> AsyncIterator[Files]:
    """A draft of the lead's, and the page on which files are added to it."""
    attaching = Attaching(Referrals(await database("referrals")), with_files(tmp_path / "files"))
    await attaching.referrals.keep(MIRA)
    await attaching.referrals.is_fresh()
    await attaching.start()
    behind = Behind(attaching)
    async with listening(behind.referrals(), public=False) as service, behind.client() as client:
        known = app.state.settings
        app.state.settings = world.settings(referrals_url=f"http://127.0.0.1:{service.server.port}")
        app.state.client = client
        world.sign_in(browser)
        yield Files(browser, attaching)
        app.state.settings = known
