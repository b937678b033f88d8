"""What is thrown away, and what is not yet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity.app import service
from services.identity.commands import purging, refusals
from services.identity.settings import Settings
from shared.contracts.identity import Session
from tests.identity.scene import Scene


async def counts(scene: Scene) -> dict[str, object]:
    tables = ("challenge", "guess", "origin")
    return {table: await scene.clone.value(f"SELECT count(*) FROM {table}") for table in tables}


async def test_each_is_kept_as_long_as_it_counts(scene: Scene) -> None:
    await scene.signed_in()
    await scene.password()
    with pytest.raises(refusals.SignInRefused):
        await scene.password(right=False)
    left = []
    for age in (timedelta(), timedelta(minutes=11), timedelta(hours=25), timedelta(days=91)):
        async with scene.tx() as tx:
            tx.now = scene.now + age
            await purging.purge(tx)
        left.append(await counts(scene))
    assert left == [
        {"challenge": 1, "guess": 1, "origin": 1},
        {"challenge": 0, "guess": 1, "origin": 1},
        {"challenge": 0, "guess": 0, "origin": 1},
        {"challenge": 0, "guess": 0, "origin": 0},
    ]


async def test_the_periodic_work_ends_and_forgets_sessions(scene: Scene) -> None:
    """The scene's clock stands long before the database's: its sessions are overdue."""
    assert isinstance(scene.settings, Settings)
    for _ in range(3):
        await scene.signed_in()
    for work in service.works_loaded():
        await work.work(scene.clone.db, scene.settings)
    assert [session.ended for session in await scene.said(Session)] == [False] * 3 + [True] * 3
    await scene.clone.execute("UPDATE session SET ended_at = ended_at - interval '8 days'")
    for work in service.works_loaded():
        await work.work(scene.clone.db, scene.settings)
    assert await scene.clone.value("SELECT count(*) FROM session") == 0
