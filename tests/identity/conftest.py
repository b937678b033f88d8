"""The fixtures of identity's tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from services.identity.app import service
from tests.identity.world import LARCHMERE, MOSSGATE, World
from tests.support.databases import Clone
from tests.support.web import Issuer, Web, web


@pytest.fixture
async def world(database: Callable[..., Awaitable[Clone]]) -> World:
    """Two live schools, Mossgate and Larchmere, and a lead at Mossgate; what was emitted till then is deleted."""
    world = World(await database("identity"))
    await world.school(MOSSGATE, "Mossgate School")
    await world.school(LARCHMERE, "Larchmere School", "Another text.")
    await world.account(("lead", MOSSGATE))
    await world.forget_emitted()
    return world


@pytest.fixture
def door(world: World, issuer: Issuer) -> Web:
    """Identity's web application on the world's database."""
    return web(service, world.settings, world.clone.db, issuer)
