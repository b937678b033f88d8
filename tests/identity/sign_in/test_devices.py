"""A device on which an account has signed in whole has a bucket of its own, at whatever address it is."""

from __future__ import annotations

import pytest

from services.identity import domain, sealing
from services.identity.commands import accounts, refusals
from shared.contracts.identity import SignedIn
from tests.identity.scene import CODE_SECRET, ELSEWHERE, EMAIL, HASH, HOME, MOSSGATE, Scene

OTHER = "other@example.org"


async def guess_wrong(scene: Scene, times: int, device: str | None = None, email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(refusals.SignInRefused):
            await scene.password(right=False, email=email, client=HOME, device=device)


async def is_locked_out(scene: Scene, device: str | None, email: str = EMAIL) -> bool:
    try:
        await scene.password(email=email, client=HOME, device=device)
    except refusals.TooManyTries:
        return True
    return False


async def test_ten_wrong_passwords_at_the_schools_address_do_not_lock_its_lead_out_there(scene: Scene) -> None:
    device = await scene.device()
    await guess_wrong(scene, 10)
    assert await is_locked_out(scene, None)
    assert await scene.device(device=device) == device
    assert len(await scene.said(SignedIn)) == 2


async def test_the_whole_sign_in_goes_by_the_device_and_so_does_its_code(scene: Scene) -> None:
    device = await scene.device()
    challenges = [await scene.password() for _ in range(3)]
    for number in range(10):
        with pytest.raises(refusals.CodeRefused):
            await scene.enter(challenges[number // 4], "000000")
    with pytest.raises(refusals.TooManyTries):
        await scene.enter(await scene.password())
    assert await scene.device(device=device)


async def test_a_stolen_secret_gives_ten_guesses_and_takes_none_from_the_address(scene: Scene) -> None:
    device = await scene.device()
    await guess_wrong(scene, 10, device)
    assert await is_locked_out(scene, device)
    assert not await is_locked_out(scene, None)
    scene.later(minutes=5)
    assert not await is_locked_out(scene, device)


@pytest.mark.parametrize("device", ["x" * 43, None])
async def test_a_secret_that_identity_did_not_give_is_no_device(scene: Scene, device: str | None) -> None:
    await guess_wrong(scene, 10, device)
    assert await is_locked_out(scene, device)
    assert await is_locked_out(scene, "y" * 43)
    assert await scene.clone.value("SELECT count(*) FROM device") == 0


async def test_one_accounts_device_is_nothing_to_another(scene: Scene) -> None:
    await scene.account(("lead", MOSSGATE), email=OTHER)
    device = await scene.device()
    await guess_wrong(scene, 10, device, OTHER)
    assert await is_locked_out(scene, device, OTHER)
    assert await is_locked_out(scene, None, OTHER)
    assert not await is_locked_out(scene, device, EMAIL)


async def test_a_computer_of_two_people_knows_both_and_the_secret_put_there_by_one_knows_only_that_one(
    scene: Scene,
) -> None:
    """Who puts their own secret into somebody's browser must not be known as them afterwards."""
    await scene.account(("lead", MOSSGATE), email=OTHER)
    mine = await scene.device()
    shared = await scene.device(OTHER, device=mine)
    assert shared != mine
    for email in (EMAIL, OTHER):
        await guess_wrong(scene, 10, email=email)
    assert [await is_locked_out(scene, shared, email) for email in (EMAIL, OTHER)] == [False, False]
    assert [await is_locked_out(scene, mine, email) for email in (EMAIL, OTHER)] == [False, True]


async def test_a_device_is_kept_as_its_digest_and_known_for_ninety_days(scene: Scene) -> None:
    device = await scene.device()
    assert await scene.clone.value("SELECT secret_hash FROM device") == sealing.digest(device)
    scene.later(days=domain.KNOWN_FOR.days)
    await guess_wrong(scene, 10, device)
    assert await is_locked_out(scene, None)
    assert await scene.device(client=ELSEWHERE, device=device) != device


async def test_new_proofs_make_every_place_unknown(scene: Scene) -> None:
    device = await scene.device()
    async with scene.tx() as tx:
        account_id = await tx.value("SELECT account_id FROM account")
        await accounts.replace_proofs(tx, account_id, HASH, CODE_SECRET, scene.settings)
    await guess_wrong(scene, 10, device)
    assert await is_locked_out(scene, device)
    assert await scene.clone.value("SELECT count(*) FROM origin") == 0
