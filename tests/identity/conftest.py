"""Fixtures of identity's tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.identity.scene import LARCHMERE, MOSSGATE, Scene
from tests.support.databases import Clone


@pytest.fixture
async def scene(database: Callable[..., Awaitable[Clone]]) -> Scene:
    """Two live schools and a lead at one of them; what was said till then is not heard."""
    scene = Scene(await database("identity"))
    await scene.school(MOSSGATE, "Mossgate School")
    await scene.school(LARCHMERE, "Larchmere School", "Another text.")
    await scene.account(("lead", MOSSGATE))
    await scene.forget_said()
    return scene
