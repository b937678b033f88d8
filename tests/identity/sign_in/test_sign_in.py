"""A password, then a code that is good once; each outcome is one fact, committed before it is told."""

from __future__ import annotations

import asyncio

import pytest

from services.identity.schools.domain import version_of
from services.identity.sessions.domain import SessionOver
from services.identity.sign_in import commands
from services.identity.sign_in.domain import ChallengeOver, CodeRefused, CodeUsed, SignInRefusal
from shared.contracts.identity import Session, SignedIn, SignInRefused
from tests.identity.world import AGREEMENT, CODE_SECRET, EMAIL, MOSSGATE, TWO_SCHOOLS, World


async def refused(world: World) -> list[str]:
    return [fact.outcome for fact in await world.emitted(SignInRefused)]


async def test_a_right_password_and_code_are_one_session_and_one_fact(world: World) -> None:
    await world.signed_in()
    signed_in, session = await world.emitted()
    assert isinstance(signed_in, SignedIn)
    assert isinstance(session, Session)
    assert (signed_in.role, signed_in.school, signed_in.agreement) == ("lead", MOSSGATE, version_of(AGREEMENT))
    assert (session.session_id, session.account_id) == (signed_in.session_id, signed_in.actor)
    assert session.ended_at is None


async def test_an_address_is_one_however_it_is_typed(world: World) -> None:
    assert await world.password(email=f"  {EMAIL.upper()} ")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_a_wrong_pair_and_an_unknown_address_are_refused_alike(world: World, email: str) -> None:
    with pytest.raises(SignInRefusal) as told:
        await world.password(right=False, email=email)
    [fact] = await world.emitted()
    assert (fact.outcome, fact.actor is None, told.value.args) == ("wrong_password", email != EMAIL, ())


async def test_a_disabled_account_is_refused_in_the_same_words(world: World) -> None:
    await world.clone.execute("UPDATE account SET disabled_at = now()")
    with pytest.raises(SignInRefusal):
        await world.password()
    assert await refused(world) == ["disabled"]


async def test_an_account_disabled_between_password_and_code_has_no_session(world: World) -> None:
    challenge = await world.password()
    await world.clone.execute("UPDATE account SET disabled_at = now()")
    with pytest.raises(ChallengeOver):
        await world.enter(challenge)
    assert await refused(world) == ["disabled"]


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_one_step_off_is_taken(world: World, steps: int) -> None:
    assert await world.enter(await world.password(), world.code(steps))


@pytest.mark.parametrize("code", ["steps:-2", "steps:2", "000000", "", "12345", "١٢٣٤٥٦"])
async def test_a_code_of_another_step_or_no_code_at_all_is_refused(world: World, code: str) -> None:
    wrong = world.code(int(code.removeprefix("steps:"))) if code.startswith("steps") else code or "-"
    with pytest.raises(CodeRefused):
        await world.enter(await world.password(), wrong)
    assert await refused(world) == ["wrong_code"]


async def test_a_code_may_be_typed_with_a_space(world: World) -> None:
    code = world.code()
    assert await world.enter(await world.password(), f"{code[:3]} {code[3:]}")


async def test_a_used_code_is_refused_as_used(world: World) -> None:
    await world.enter(await world.password())
    with pytest.raises(CodeUsed):
        await world.enter(await world.password())
    assert await refused(world) == ["used_code"]


async def test_a_code_older_than_the_last_used_is_refused(world: World) -> None:
    await world.enter(await world.password(), world.code(1))
    with pytest.raises(CodeUsed):
        await world.enter(await world.password(), world.code(0))


async def test_one_code_entered_twice_at_once_is_one_session(world: World) -> None:
    challenges = [await world.password() for _ in range(4)]
    ends = await asyncio.gather(*(world.enter(challenge) for challenge in challenges), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["CodeUsed", "CodeUsed", "CodeUsed", "str"]
    assert len(await world.emitted(Session)) == 1


async def test_a_challenge_is_good_for_one_session(world: World) -> None:
    challenge = await world.password()
    await world.enter(challenge)
    with pytest.raises(ChallengeOver):
        await world.enter(challenge, world.code(1))


async def test_a_challenge_is_over_after_five_wrong_codes(world: World) -> None:
    challenge = await world.password()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await world.enter(challenge, "000000")
    with pytest.raises(ChallengeOver):
        await world.enter(challenge)
    assert await refused(world) == ["wrong_code"] * 5 + ["challenge_over"]


async def test_a_challenge_is_over_after_ten_minutes(world: World) -> None:
    challenge = await world.password()
    world.later(minutes=10)
    with pytest.raises(ChallengeOver):
        await world.enter(challenge)


async def test_a_made_up_challenge_is_over(world: World) -> None:
    with pytest.raises(ChallengeOver):
        await world.enter("made up")
    assert await world.emitted() == []


async def test_an_account_with_several_roles_acts_in_none_at_first(world: World) -> None:
    await world.account(("lead", MOSSGATE), ("headteacher", MOSSGATE), email=TWO_SCHOOLS)
    shown = await world.shown(await world.signed_in(TWO_SCHOOLS))
    assert shown.acting is None
    assert [held.role for held in shown.roles] == ["headteacher", "lead"]


async def test_secrets_are_kept_as_digests_and_sealed(world: World) -> None:
    challenge = await world.password()
    secret = await world.enter(challenge)
    kept = await world.clone.rows("SELECT a.*, s.*, g.* FROM account a, session s, signing_key g")
    assert not any(hidden in str(kept) for hidden in (challenge, secret, CODE_SECRET))
    assert await world.count("guess") == 0


async def test_new_proofs_end_what_the_old_ones_began(world: World) -> None:
    secret, challenge = await world.signed_in(), await world.password()
    async with world.tx() as tx:
        await commands.replace_proofs(tx, await world.account_id(), "another", CODE_SECRET, world.settings)
    with pytest.raises(SessionOver, match="access_ended"):
        await world.shown(secret)
    with pytest.raises(ChallengeOver):
        await world.enter(challenge)
