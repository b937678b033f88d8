"""Refused tries that check nothing are one growing entry a minute and origin; a code used before is no wrong guess."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest

from services.identity import domain, sealing, store_guesses
from services.identity.app import service
from services.identity.commands import refusals, refused
from services.identity.domain import Bucket
from shared.contracts.identity import SignInRefused
from shared.database.tx import DatabaseFailed
from tests.identity.scene import ELSEWHERE, EMAIL, HOME, Scene


async def try_in_vain(scene: Scene, times: int, email: str = EMAIL, client: str = ELSEWHERE) -> None:
    for _ in range(times):
        with pytest.raises(refusals.TooManyTries):
            await scene.password(email=email, client=client)


async def use_up(scene: Scene, email: str = EMAIL, client: str = ELSEWHERE, times: int = 10) -> None:
    """So many wrong guesses, as `weigh` counts them."""
    subject = sealing.keyed(scene.settings.sealing_bytes, email)
    async with scene.tx() as tx:
        for _ in range(times):
            await store_guesses.add_guess(tx, uuid4(), subject, Bucket(client, known=False), "password")


async def tell(scene: Scene) -> int:
    async with scene.tx() as tx:
        return await refused.emit_gathered(tx)


async def said(scene: Scene) -> list[tuple[str, UUID | None, int]]:
    return [(fact.outcome, fact.actor, fact.tries) for fact in await scene.said(SignInRefused)]


async def test_refused_tries_are_said_once_at_once_and_once_with_their_number(scene: Scene) -> None:
    await use_up(scene)
    who = await scene.clone.value("SELECT account_id FROM account")
    await try_in_vain(scene, 30)
    assert await said(scene) == [("too_many", who, 1)]
    assert await tell(scene) == 0  # the minute is not over
    scene.later(minutes=1)
    assert await tell(scene) == 1
    assert await said(scene) == [("too_many", who, 1), ("too_many", who, 29)]
    first, rest = await scene.said(SignInRefused)
    assert first.attempt_id == rest.attempt_id
    assert await tell(scene) == 0


async def test_one_alone_is_said_once(scene: Scene) -> None:
    await use_up(scene)
    await try_in_vain(scene, 1)
    scene.later(minutes=1)
    assert await tell(scene) == 1
    assert [tries for _, _, tries in await said(scene)] == [1]


async def test_each_minute_origin_and_account_is_an_entry_of_its_own(scene: Scene) -> None:
    await use_up(scene)
    await use_up(scene, client="third")
    await use_up(scene, email="nobody@example.org")
    for email, client in ((EMAIL, ELSEWHERE), (EMAIL, "third"), ("nobody@example.org", ELSEWHERE)):
        await try_in_vain(scene, 3, email, client)
    scene.later(minutes=1)
    await try_in_vain(scene, 3)
    scene.later(minutes=1)
    assert await tell(scene) == 4
    assert Counter(tries for _, _, tries in await said(scene)) == {1: 4, 2: 4}


async def test_addresses_that_nobody_has_are_one_entry_of_their_origin(scene: Scene) -> None:
    """Else an entry could be made for each made-up address."""
    await use_up(scene, "all-together@example.org", times=domain.CLIENT_GUESSES_MAX)
    for number in range(20):
        await try_in_vain(scene, 1, email=f"another-{number}@example.org")
    assert await said(scene) == [("too_many", None, 1)]


async def test_what_could_not_be_recorded_was_not_counted_and_is_not_lost(scene: Scene) -> None:
    await use_up(scene)
    await try_in_vain(scene, 3)
    await scene.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    scene.later(minutes=1)
    with pytest.raises(DatabaseFailed):
        await tell(scene)
    await scene.clone.execute("GRANT INSERT ON outbox TO portal_service")
    assert await tell(scene) == 1
    assert [tries for _, _, tries in await said(scene)] == [1, 2]


async def test_the_periodic_work_tells_what_is_left_of_minutes_long_over(scene: Scene) -> None:
    """The scene's clock stands long before the database's."""
    await use_up(scene)
    await try_in_vain(scene, 3)
    for work in service.works_loaded():
        await work.work(scene.clone.db, scene.settings)
    assert [tries for _, _, tries in await said(scene)] == [1, 2]


async def test_a_code_sent_again_is_no_wrong_guess(scene: Scene) -> None:
    await scene.enter(await scene.password())
    challenge = await scene.password()
    for _ in range(20):
        with pytest.raises(refusals.CodeUsed):
            await scene.enter(challenge)
    assert await scene.clone.value("SELECT count(*) FROM guess") == 0
    assert Counter(fact.outcome for fact in await scene.said(SignInRefused)) == {"used_code": 1}
    assert await scene.enter(challenge, scene.code(1))


async def test_a_code_that_is_wrong_is_a_wrong_guess_still(scene: Scene) -> None:
    challenge = await scene.password(client=HOME)
    with pytest.raises(refusals.CodeRefused):
        await scene.enter(challenge, "000000")
    assert await scene.clone.value("SELECT guesses FROM challenge") == 1
    assert await scene.clone.value("SELECT count(*) FROM guess") == 1
