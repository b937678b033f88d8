"""At most ten guesses in five minutes, and no stranger locks the owner out."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from services.identity import domain, sealing, store_guesses
from services.identity.commands import refusals
from services.identity.domain import Bucket, Tally
from shared.contracts.identity import SignedIn, SignInRefused
from tests.identity.scene import ELSEWHERE, EMAIL, HOME, MOSSGATE, Scene

QUIET = Tally(here=0, strangers=0, day=0, client=0, everywhere=0)


async def guess_wrong(scene: Scene, times: int, email: str = EMAIL, client: str = ELSEWHERE) -> None:
    for _ in range(times):
        with pytest.raises(refusals.SignInRefused):
            await scene.password(right=False, email=email, client=client)


async def counted(scene: Scene, guesses: list[tuple[str, str]]) -> None:
    """Wrong guesses at (address, from client), as `weigh` counts them."""
    async with scene.tx() as tx:
        for email, client in guesses:
            subject = sealing.keyed(scene.settings.sealing_bytes, email)
            await store_guesses.add_guess(tx, uuid4(), subject, Bucket(client, known=False), "password")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_the_eleventh_guess_in_five_minutes_is_refused_unchecked(scene: Scene, email: str) -> None:
    await guess_wrong(scene, 10, email)
    with pytest.raises(refusals.TooManyTries):
        await scene.password(right=True, email=email, client=ELSEWHERE)
    assert Counter(fact.outcome for fact in await scene.said()) == {"wrong_password": 10, "too_many": 1}


async def test_after_five_minutes_there_are_tries_again(scene: Scene) -> None:
    await guess_wrong(scene, 10)
    scene.later(minutes=5)
    assert await scene.password(client=ELSEWHERE)


async def test_of_forty_guesses_at_once_ten_are_checked(scene: Scene) -> None:
    ends = await asyncio.gather(
        *(scene.password(right=False, client=ELSEWHERE) for _ in range(40)), return_exceptions=True
    )
    assert Counter(type(end) for end in ends) == {refusals.SignInRefused: 10, refusals.TooManyTries: 30}


async def test_right_guesses_are_not_counted(scene: Scene) -> None:
    for _ in range(12):
        assert await scene.password(client=ELSEWHERE)


async def test_a_password_that_was_never_checked_is_not_counted(scene: Scene) -> None:
    with pytest.raises(refusals.Busy):
        await scene.password(right=None)
    assert await scene.clone.value("SELECT count(*) FROM guess") == 0
    assert await scene.said() == []


async def test_a_stranger_at_one_place_does_not_lock_the_owner_out_at_another(scene: Scene) -> None:
    await guess_wrong(scene, 10)
    assert await scene.password(client=HOME)


async def test_strangers_everywhere_do_not_lock_the_owner_out_where_they_are_known(scene: Scene) -> None:
    await scene.signed_in(client=HOME)
    await counted(scene, [(EMAIL, f"place-{place}") for place in range(49)])
    await guess_wrong(scene, 1, client="the-fiftieth")
    with pytest.raises(refusals.TooManyTries):
        await scene.password(client="one-place-more")
    await scene.signed_in(client=HOME)
    assert len(await scene.said(SignedIn)) == 2


async def test_an_origin_is_known_only_after_a_whole_sign_in(scene: Scene) -> None:
    await scene.password(client=HOME)
    assert await scene.clone.value("SELECT count(*) FROM origin") == 0
    await scene.signed_in(client=HOME)
    assert await scene.clone.value("SELECT count(*) FROM origin") == 1


async def test_who_names_no_origin_is_never_known(scene: Scene) -> None:
    await scene.signed_in(client="")
    assert await scene.clone.value("SELECT count(*) FROM origin") == 0


async def test_one_origin_that_tries_many_accounts_is_stopped(scene: Scene) -> None:
    await counted(scene, [(f"{each}@example.org", ELSEWHERE) for each in range(99)])
    await guess_wrong(scene, 1, email="the-hundredth@example.org")
    with pytest.raises(refusals.TooManyTries):
        await scene.password(email="one-more@example.org", client=ELSEWHERE)


async def test_codes_guessed_from_many_places_are_bounded_for_the_account(scene: Scene) -> None:
    await scene.signed_in(client=HOME)
    for place in range(10):
        challenge = await scene.password(client=f"place-{place}")
        with pytest.raises(refusals.CodeRefused):
            await scene.enter(challenge, "000000", client=f"place-{place}")
    challenge = await scene.password(client="one-place-more")
    with pytest.raises(refusals.TooManyTries):
        await scene.enter(challenge, client="one-place-more")
    assert await scene.signed_in(client=HOME)


async def test_codes_guessed_slowly_are_bounded_for_the_day(scene: Scene) -> None:
    for _ in range(10):
        challenge = await scene.password(client=ELSEWHERE)
        for _ in range(5):
            with pytest.raises(refusals.CodeRefused):
                await scene.enter(challenge, "000000", client=ELSEWHERE)
        scene.later(minutes=5)
    challenge = await scene.password(client=ELSEWHERE)
    with pytest.raises(refusals.TooManyTries):
        await scene.enter(challenge, client=ELSEWHERE)
    assert (await scene.said(SignInRefused))[-1].outcome == "too_many"


async def test_the_addresses_of_guesses_are_not_kept(scene: Scene) -> None:
    await guess_wrong(scene, 1)
    rows = await scene.clone.rows("SELECT * FROM guess")
    headers = await scene.clone.rows("SELECT headers, key, body FROM outbox")
    assert "example.org" not in str(rows) + str(headers)
    assert MOSSGATE not in str(rows)


@pytest.mark.parametrize(("everywhere", "pause_s"), [(0, 0.0), (200, 0.0), (300, 1.0), (1000, 2.0)])
def test_strangers_wait_when_guesses_rise_everywhere(everywhere: int, pause_s: float) -> None:
    rising = Tally(here=0, strangers=0, day=0, client=0, everywhere=everywhere)
    assert domain.pause_s(False, rising) == pytest.approx(pause_s)
    assert domain.pause_s(True, rising) == 0
    assert not domain.too_many("password", False, QUIET)
