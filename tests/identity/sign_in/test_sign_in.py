"""A password, then a code that is good once; each outcome is one fact, committed before it is told."""

from __future__ import annotations

import asyncio

import pytest

from services.identity.commands import refusals
from services.identity.domain import version_of
from shared.contracts.identity import Session, SignedIn, SignInRefused
from tests.identity.scene import AGREEMENT, EMAIL, MOSSGATE, Scene


async def refused(scene: Scene) -> list[str]:
    return [fact.outcome for fact in await scene.said(SignInRefused)]


async def test_a_right_password_and_code_are_one_session_and_one_fact(scene: Scene) -> None:
    await scene.signed_in()
    signed_in, session = await scene.said()
    assert isinstance(signed_in, SignedIn)
    assert isinstance(session, Session)
    assert (signed_in.role, signed_in.school, signed_in.agreement) == ("lead", MOSSGATE, version_of(AGREEMENT))
    assert (session.session_id, session.account_id) == (signed_in.session_id, signed_in.actor)
    assert session.ended_at is None


async def test_an_address_is_one_however_it_is_typed(scene: Scene) -> None:
    assert await scene.password(email=f"  {EMAIL.upper()} ")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_a_wrong_pair_and_an_unknown_address_are_refused_alike(scene: Scene, email: str) -> None:
    with pytest.raises(refusals.SignInRefused) as told:
        await scene.password(right=False, email=email)
    [fact] = await scene.said()
    assert (fact.outcome, fact.actor is None, told.value.args) == ("wrong_password", email != EMAIL, ())


async def test_a_disabled_account_is_refused_in_the_same_words(scene: Scene) -> None:
    await scene.clone.execute("UPDATE account SET disabled_at = now()")
    with pytest.raises(refusals.SignInRefused):
        await scene.password()
    assert await refused(scene) == ["disabled"]


async def test_an_account_disabled_between_password_and_code_has_no_session(scene: Scene) -> None:
    challenge = await scene.password()
    await scene.clone.execute("UPDATE account SET disabled_at = now()")
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge)
    assert await refused(scene) == ["disabled"]


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_one_step_off_is_taken(scene: Scene, steps: int) -> None:
    assert await scene.enter(await scene.password(), scene.code(steps))


@pytest.mark.parametrize("code", ["steps:-2", "steps:2", "000000", "", "12345", "١٢٣٤٥٦"])
async def test_any_other_code_is_refused(scene: Scene, code: str) -> None:
    wrong = scene.code(int(code.removeprefix("steps:"))) if code.startswith("steps") else code or "-"
    with pytest.raises(refusals.CodeRefused):
        await scene.enter(await scene.password(), wrong)
    assert await refused(scene) == ["wrong_code"]


async def test_a_code_may_be_typed_with_a_space(scene: Scene) -> None:
    code = scene.code()
    assert await scene.enter(await scene.password(), f"{code[:3]} {code[3:]}")


async def test_a_used_code_is_refused_and_said_to_be_used(scene: Scene) -> None:
    await scene.enter(await scene.password())
    with pytest.raises(refusals.CodeUsed):
        await scene.enter(await scene.password())
    assert await refused(scene) == ["used_code"]


async def test_a_code_older_than_the_last_used_is_refused(scene: Scene) -> None:
    await scene.enter(await scene.password(), scene.code(1))
    with pytest.raises(refusals.CodeUsed):
        await scene.enter(await scene.password(), scene.code(0))


async def test_one_code_entered_twice_at_once_is_one_session(scene: Scene) -> None:
    challenges = [await scene.password() for _ in range(4)]
    ends = await asyncio.gather(*(scene.enter(challenge) for challenge in challenges), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["CodeUsed", "CodeUsed", "CodeUsed", "str"]
    assert len(await scene.said(Session)) == 1


async def test_a_challenge_is_good_for_one_session(scene: Scene) -> None:
    challenge = await scene.password()
    await scene.enter(challenge)
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge, scene.code(1))


async def test_a_challenge_is_over_after_five_wrong_codes(scene: Scene) -> None:
    challenge = await scene.password()
    for _ in range(5):
        with pytest.raises(refusals.CodeRefused):
            await scene.enter(challenge, "000000")
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge)
    assert await refused(scene) == ["wrong_code"] * 5 + ["challenge_over"]


async def test_a_challenge_is_over_after_ten_minutes(scene: Scene) -> None:
    challenge = await scene.password()
    scene.later(minutes=10)
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter(challenge)


async def test_a_made_up_challenge_is_over(scene: Scene) -> None:
    with pytest.raises(refusals.ChallengeOver):
        await scene.enter("made up")
    assert await scene.said() == []


async def test_an_account_with_several_roles_acts_in_none_at_first(scene: Scene) -> None:
    await scene.account(("lead", MOSSGATE), ("headteacher", MOSSGATE), email="two@example.org")
    shown = await scene.shown(await scene.signed_in("two@example.org"))
    assert shown.acting is None
    assert [held.role for held in shown.roles] == ["headteacher", "lead"]


async def test_secrets_are_kept_as_digests_and_sealed(scene: Scene) -> None:
    challenge = await scene.password()
    secret = await scene.enter(challenge)
    kept = await scene.clone.rows("SELECT a.*, s.*, g.* FROM account a, session s, signing_key g")
    assert not any(hidden in str(kept) for hidden in (challenge, secret, "JBSWY3DPEHPK3PXP"))
    assert await scene.clone.value("SELECT count(*) FROM guess") == 0
