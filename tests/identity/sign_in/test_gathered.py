"""Refused tries that check nothing: in a minute from one origin the first is a fact, those after it one more.

A code that was used before counts as no guess.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest

from services.identity.sign_in import commands, domain
from services.identity.sign_in.domain import CodeRefused, CodeUsed, TooManyTries
from shared.contracts.identity import SignInRefused
from shared.database.tx import DatabaseFailed
from tests.identity.world import ELSEWHERE, EMAIL, HOME, World


async def try_in_vain(world: World, times: int, email: str = EMAIL, client: str = ELSEWHERE) -> None:
    for _ in range(times):
        with pytest.raises(TooManyTries):
            await world.password(email=email, client=client)


async def emit(world: World) -> int:
    async with world.tx() as tx:
        return await commands.emit_gathered_batch(tx)


async def emitted(world: World) -> list[tuple[str, UUID | None, int]]:
    return [(fact.outcome, fact.actor, fact.tries) for fact in await world.emitted(SignInRefused)]


async def test_the_first_refused_try_is_emitted_at_once_and_the_others_as_one_fact_with_their_number(
    world: World,
) -> None:
    await world.count_guesses(*[(EMAIL, ELSEWHERE)] * 10)
    who = await world.clone.value("SELECT account_id FROM account")
    await try_in_vain(world, 30)
    assert await emitted(world) == [("too_many", who, 1)]
    assert await emit(world) == 0  # the minute is not over
    world.later(minutes=1)
    assert await emit(world) == 1
    assert await emitted(world) == [("too_many", who, 1), ("too_many", who, 29)]
    first, rest = await world.emitted(SignInRefused)
    assert first.attempt_id == rest.attempt_id
    assert await emit(world) == 0


async def test_a_single_refused_try_is_one_fact(world: World) -> None:
    await world.count_guesses(*[(EMAIL, ELSEWHERE)] * 10)
    await try_in_vain(world, 1)
    world.later(minutes=1)
    assert await emit(world) == 1
    assert [tries for _, _, tries in await emitted(world)] == [1]


async def test_each_minute_origin_and_account_is_gathered_apart(world: World) -> None:
    await world.count_guesses(*[(EMAIL, ELSEWHERE)] * 10)
    await world.count_guesses(*[(EMAIL, "third")] * 10)
    await world.count_guesses(*[("nobody@example.org", ELSEWHERE)] * 10)
    for email, client in ((EMAIL, ELSEWHERE), (EMAIL, "third"), ("nobody@example.org", ELSEWHERE)):
        await try_in_vain(world, 3, email, client)
    world.later(minutes=1)
    await try_in_vain(world, 3)
    world.later(minutes=1)
    assert await emit(world) == 4
    assert Counter(tries for _, _, tries in await emitted(world)) == {1: 4, 2: 4}


async def test_all_addresses_that_nobody_has_are_gathered_together(world: World) -> None:
    """Else an entry could be made for each made-up address."""
    await world.count_guesses(*[("all-together@example.org", ELSEWHERE)] * domain.CLIENT_GUESSES_MAX)
    for number in range(20):
        await try_in_vain(world, 1, email=f"another-{number}@example.org")
    assert await emitted(world) == [("too_many", None, 1)]


async def test_tries_that_could_not_be_emitted_are_emitted_the_next_time(world: World) -> None:
    await world.count_guesses(*[(EMAIL, ELSEWHERE)] * 10)
    await try_in_vain(world, 3)
    await world.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    world.later(minutes=1)
    with pytest.raises(DatabaseFailed):
        await emit(world)
    await world.clone.execute("GRANT INSERT ON outbox TO portal_service")
    assert await emit(world) == 1
    assert [tries for _, _, tries in await emitted(world)] == [1, 2]


async def test_the_periodic_work_emits_tries_of_minutes_that_are_over(world: World) -> None:
    """The world's clock stands long before the database's."""
    await world.count_guesses(*[(EMAIL, ELSEWHERE)] * 10)
    await try_in_vain(world, 3)
    await world.periodic_work()
    assert [tries for _, _, tries in await emitted(world)] == [1, 2]


async def test_a_used_code_sent_again_does_not_count_as_a_guess(world: World) -> None:
    await world.enter(await world.password())
    challenge = await world.password()
    for _ in range(20):
        with pytest.raises(CodeUsed):
            await world.enter(challenge)
    assert await world.count("guess") == 0
    assert Counter(fact.outcome for fact in await world.emitted(SignInRefused)) == {"used_code": 1}
    assert await world.enter(challenge, world.code(1))


async def test_a_wrong_code_counts_as_a_guess(world: World) -> None:
    challenge = await world.password(client=HOME)
    with pytest.raises(CodeRefused):
        await world.enter(challenge, "000000")
    assert await world.clone.value("SELECT guesses FROM challenge") == 1
    assert await world.count("guess") == 1
