"""On a device on which an account has signed in, guesses are counted apart, at whatever address it is."""

from __future__ import annotations

import pytest

from services.identity import sealing
from services.identity.sign_in import commands, domain
from services.identity.sign_in.domain import CodeRefused, TooManyTries
from shared.contracts.identity import SignedIn
from tests.identity.world import CODE_SECRET, ELSEWHERE, EMAIL, HASH, HOME, MOSSGATE, World

OTHER = "other@example.org"


async def is_locked_out(world: World, device: str | None, email: str = EMAIL) -> bool:
    try:
        await world.password(email=email, client=HOME, device=device)
    except TooManyTries:
        return True
    return False


async def test_ten_wrong_passwords_at_the_schools_address_do_not_lock_its_lead_out_there(world: World) -> None:
    device = await world.device()
    await world.guess_wrong(10, client=HOME)
    assert await is_locked_out(world, None)
    assert await world.device(device=device) == device
    assert len(await world.emitted(SignedIn)) == 2


async def test_codes_too_are_counted_apart_on_a_known_device(world: World) -> None:
    device = await world.device()
    challenges = [await world.password() for _ in range(3)]
    for number in range(10):
        with pytest.raises(CodeRefused):
            await world.enter(challenges[number // 4], "000000")
    with pytest.raises(TooManyTries):
        await world.enter(await world.password())
    assert await world.device(device=device)


async def test_a_stolen_secret_gives_ten_guesses_and_takes_none_from_the_address(world: World) -> None:
    device = await world.device()
    await world.guess_wrong(10, client=HOME, device=device)
    assert await is_locked_out(world, device)
    assert not await is_locked_out(world, None)
    world.later(minutes=5)
    assert not await is_locked_out(world, device)


@pytest.mark.parametrize("device", ["x" * 43, None])
async def test_a_secret_that_identity_did_not_give_is_no_device(world: World, device: str | None) -> None:
    await world.guess_wrong(10, client=HOME, device=device)
    assert await is_locked_out(world, device)
    assert await is_locked_out(world, "y" * 43)
    assert await world.count("device") == 0


async def test_a_device_known_for_one_account_is_a_stranger_to_another(world: World) -> None:
    await world.account(("lead", MOSSGATE), email=OTHER)
    device = await world.device()
    await world.guess_wrong(10, OTHER, HOME, device)
    assert await is_locked_out(world, device, OTHER)
    assert await is_locked_out(world, None, OTHER)
    assert not await is_locked_out(world, device, EMAIL)


async def test_a_computer_of_two_people_knows_both_and_the_secret_put_there_by_one_knows_only_that_one(
    world: World,
) -> None:
    """Who puts their own secret into somebody's browser must not be known as them afterwards."""
    await world.account(("lead", MOSSGATE), email=OTHER)
    mine = await world.device()
    shared = await world.device(OTHER, device=mine)
    assert shared != mine
    for email in (EMAIL, OTHER):
        await world.guess_wrong(10, email, HOME)
    assert [await is_locked_out(world, shared, email) for email in (EMAIL, OTHER)] == [False, False]
    assert [await is_locked_out(world, mine, email) for email in (EMAIL, OTHER)] == [False, True]


async def test_a_device_is_kept_as_its_digest_and_known_for_ninety_days(world: World) -> None:
    device = await world.device()
    assert await world.clone.value("SELECT secret_hash FROM device") == sealing.digest(device)
    world.later(days=domain.KNOWN_FOR.days)
    await world.guess_wrong(10, client=HOME, device=device)
    assert await is_locked_out(world, None)
    assert await world.device(client=ELSEWHERE, device=device) != device


async def test_with_new_proofs_no_device_or_address_is_known_any_more(world: World) -> None:
    device = await world.device()
    async with world.tx() as tx:
        account_id = await world.account_id()
        await commands.replace_proofs(tx, account_id, HASH, CODE_SECRET, world.settings)
    await world.guess_wrong(10, client=HOME, device=device)
    assert await is_locked_out(world, device)
    assert await world.count("origin") == 0
