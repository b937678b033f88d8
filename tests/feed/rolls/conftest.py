"""A school with a council of three children on its roll, by the council's own word."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.feed.rolls.world import Rolls, School
from tests.support.databases import Clone


@pytest.fixture
async def school(database: Callable[..., Awaitable[Clone]], tmp_path: Path) -> School:
    made = School(await database("feed"), tmp_path)
    await made.begin()
    return made


@pytest.fixture
def rolls(school: School) -> Rolls:
    """As the council had them before anything was uploaded."""
    return Rolls().hear(school.begun)
