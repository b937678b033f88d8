"""What signing in leaves behind is deleted when it counts no more, and not before."""

from __future__ import annotations

from datetime import timedelta

from services.identity.sign_in import store
from tests.identity.world import HOME, World


async def test_challenges_guesses_origins_and_devices_are_kept_as_long_as_they_count(world: World) -> None:
    await world.device()
    await world.password()
    await world.guess_wrong(1, client=HOME)
    left = []
    for age in (timedelta(), timedelta(minutes=11), timedelta(hours=25), timedelta(days=91)):
        async with world.tx() as tx:
            tx.now = world.now + age
            await store.purge(tx)
        left.append({table: await world.count(table) for table in ("challenge", "guess", "origin", "device")})
    assert left == [
        {"challenge": 1, "guess": 1, "origin": 1, "device": 1},
        {"challenge": 0, "guess": 1, "origin": 1, "device": 1},
        {"challenge": 0, "guess": 0, "origin": 1, "device": 1},
        {"challenge": 0, "guess": 0, "origin": 0, "device": 0},
    ]


async def test_the_periodic_work_deletes_what_counts_no_more(world: World) -> None:
    await world.signed_in()
    await world.password()
    await world.guess_wrong(1)
    await world.periodic_work()
    assert [await world.count(table) for table in ("challenge", "guess", "origin", "device")] == [0, 0, 0, 0]
