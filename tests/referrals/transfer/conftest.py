"""Case systems: the demo council's intake table, an HTTPS server, a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from deploy.demo import intake
from deploy.operate import databases
from tests.referrals.transfer import world
from tests.referrals.transfer.world import Cases, OnItsWay, settings
from tests.referrals.world import Referrals
from tests.support.engines import Engines

PASSWORD = "test"


@pytest.fixture
async def source(engines: Engines) -> AsyncIterator[str]:
    """A database with the demo council's intake; its DSN as its owner."""
    name = f"test_intake_{uuid4().hex[:12]}"
    async with databases.connected(engines.postgres) as admin:
        await admin.execute(f'CREATE DATABASE "{name}"')
    dsn = databases.at(engines.postgres, name)
    await intake.prepare(dsn, PASSWORD)
    yield dsn
    async with databases.connected(engines.postgres) as admin:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def into_intake(referrals: Referrals, source: str) -> OnItsWay:
    name = source.rpartition("/")[2].partition("?")[0]
    dsn = databases.at(source, name, intake.INTAKE, PASSWORD)
    return OnItsWay(referrals, settings(transfer="intake", transfer_intake_url=SecretStr(dsn)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def into_folder(referrals: Referrals, folder: Path) -> OnItsWay:
    return OnItsWay(referrals, settings(transfer="folder", transfer_folder=str(folder)))


@pytest.fixture
async def over_https(referrals: Referrals, tmp_path: Path) -> AsyncIterator[tuple[Cases, OnItsWay]]:
    async with world.https(tmp_path) as (cases, reached):
        yield cases, OnItsWay(referrals, reached)
