"""A referrals service over a fresh database."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.referrals.world import MIRA, Referrals
from tests.support.databases import Clone
from tests.support.lines import logged


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the service logs during the test."""
    with logged("referrals") as said:
        yield said


@pytest.fixture
async def referrals(database: Callable[..., Awaitable[Clone]], lines: io.StringIO) -> Referrals:
    """MIRA is on the roll of the lead's school, and the records are fresh."""
    made = Referrals(await database("referrals"))
    await made.keep(MIRA)
    await made.is_fresh()
    return made
