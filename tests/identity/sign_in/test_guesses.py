"""At most ten guesses in five minutes, and no stranger locks the owner out."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.identity.sign_in import domain
from services.identity.sign_in.domain import Busy, CodeRefused, SignInRefusal, Tally, TooManyTries
from shared.contracts.identity import SignedIn, SignInRefused
from tests.identity.world import ELSEWHERE, EMAIL, HOME, MOSSGATE, World

QUIET = Tally(here=0, strangers=0, day=0, client=0, everywhere=0)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_the_eleventh_guess_in_five_minutes_is_refused_unchecked(world: World, email: str) -> None:
    await world.guess_wrong(10, email)
    with pytest.raises(TooManyTries):
        await world.password(right=True, email=email, client=ELSEWHERE)
    assert Counter(fact.outcome for fact in await world.emitted()) == {"wrong_password": 10, "too_many": 1}


async def test_after_five_minutes_there_are_tries_again(world: World) -> None:
    await world.guess_wrong(10)
    world.later(minutes=5)
    assert await world.password(client=ELSEWHERE)


async def test_of_forty_guesses_at_once_ten_are_checked(world: World) -> None:
    ends = await asyncio.gather(
        *(world.password(right=False, client=ELSEWHERE) for _ in range(40)), return_exceptions=True
    )
    assert Counter(type(end) for end in ends) == {SignInRefusal: 10, TooManyTries: 30}


async def test_right_guesses_are_not_counted(world: World) -> None:
    for _ in range(12):
        assert await world.password(client=ELSEWHERE)


async def test_a_password_that_was_never_checked_is_not_counted(world: World) -> None:
    with pytest.raises(Busy):
        await world.password(right=None)
    assert await world.count("guess") == 0
    assert await world.emitted() == []


async def test_a_stranger_at_one_place_does_not_lock_the_owner_out_at_another(world: World) -> None:
    await world.guess_wrong(10)
    assert await world.password(client=HOME)


async def test_strangers_everywhere_do_not_lock_the_owner_out_where_they_are_known(world: World) -> None:
    await world.signed_in(client=HOME)
    await world.count_guesses(*((EMAIL, f"place-{place}") for place in range(49)))
    await world.guess_wrong(1, client="the-fiftieth")
    with pytest.raises(TooManyTries):
        await world.password(client="one-place-more")
    await world.signed_in(client=HOME)
    assert len(await world.emitted(SignedIn)) == 2


async def test_an_origin_is_known_only_after_a_whole_sign_in(world: World) -> None:
    await world.password(client=HOME)
    assert await world.count("origin") == 0
    await world.signed_in(client=HOME)
    assert await world.count("origin") == 1


async def test_a_request_without_an_origin_never_makes_one_known(world: World) -> None:
    await world.signed_in(client="")
    assert await world.count("origin") == 0


async def test_one_origin_that_tries_many_accounts_is_stopped(world: World) -> None:
    await world.count_guesses(*((f"{each}@example.org", ELSEWHERE) for each in range(99)))
    await world.guess_wrong(1, email="the-hundredth@example.org")
    with pytest.raises(TooManyTries):
        await world.password(email="one-more@example.org", client=ELSEWHERE)


async def test_codes_guessed_from_many_places_are_bounded_for_the_account(world: World) -> None:
    await world.signed_in(client=HOME)
    for place in range(10):
        challenge = await world.password(client=f"place-{place}")
        with pytest.raises(CodeRefused):
            await world.enter(challenge, "000000", client=f"place-{place}")
    challenge = await world.password(client="one-place-more")
    with pytest.raises(TooManyTries):
        await world.enter(challenge, client="one-place-more")
    assert await world.signed_in(client=HOME)


async def test_codes_guessed_slowly_are_bounded_for_the_day(world: World) -> None:
    for _ in range(10):
        challenge = await world.password(client=ELSEWHERE)
        for _ in range(5):
            with pytest.raises(CodeRefused):
                await world.enter(challenge, "000000", client=ELSEWHERE)
        world.later(minutes=5)
    challenge = await world.password(client=ELSEWHERE)
    with pytest.raises(TooManyTries):
        await world.enter(challenge, client=ELSEWHERE)
    assert (await world.emitted(SignInRefused))[-1].outcome == "too_many"


async def test_a_guess_stores_no_email_address_and_no_school(world: World) -> None:
    await world.guess_wrong(1)
    rows = await world.clone.rows("SELECT * FROM guess")
    headers = await world.clone.rows("SELECT headers, key, body FROM outbox")
    assert "example.org" not in str(rows) + str(headers)
    assert MOSSGATE not in str(rows)


@pytest.mark.parametrize(("everywhere", "pause_s"), [(0, 0.0), (200, 0.0), (300, 1.0), (1000, 2.0)])
def test_strangers_wait_when_guesses_rise_everywhere(everywhere: int, pause_s: float) -> None:
    rising = Tally(here=0, strangers=0, day=0, client=0, everywhere=everywhere)
    assert domain.pause_s(False, rising) == pytest.approx(pause_s)
    assert domain.pause_s(True, rising) == 0
    assert not domain.too_many("password", False, QUIET)
