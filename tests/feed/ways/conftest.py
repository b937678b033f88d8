"""One Kafka Connect for all tests of a process that capture something: its start takes longer than most of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.engines import Engines
from tests.support.source import Connect, connect_worker


@pytest.fixture(scope="session")
async def connect(engines: Engines) -> AsyncIterator[Connect]:
    async with connect_worker(engines.kafka) as made:
        yield made
