"""A referrals service over a fresh database, with one child on the lead's roll, up to date."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.referrals.world import MIRA, Referrals
from tests.support.databases import Clone
from tests.support.lines import logged


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with logged("referrals") as said:
        yield said


@pytest.fixture
async def referrals(database: Callable[..., Awaitable[Clone]], lines: io.StringIO) -> Referrals:
    made = Referrals(await database("referrals"))
    await made.keep(MIRA)
    await made.is_fresh()
    return made
