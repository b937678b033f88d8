"""Access tokens: what they claim, for whom they are good, and when none is given."""

from __future__ import annotations

import asyncio

import pytest

from services.identity.schools.domain import version_of
from services.identity.sessions import commands
from services.identity.sessions.domain import NobodyActing, SessionOver
from shared.web import tokens
from tests.identity.world import AGREEMENT, FIRST, LARCHMERE, MOSSGATE, TWO_SCHOOLS, World, part


async def test_a_token_claims_exactly_this(world: World) -> None:
    secret = await world.signed_in()
    shown, given = await world.shown(secret), await world.token(secret)
    claims, iat = part(given.token, 1), int(world.now.timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": "identity", "aud": "lookup", "sub": str(shown.account_id), "sid": str(shown.session_id),
        "role": "lead", "school": MOSSGATE, "agreement": version_of(AGREEMENT), "iat": iat, "exp": iat + 300,
        "account_revision": FIRST, "school_revision": FIRST,
    }  # fmt: skip
    assert int(given.expires_at.timestamp()) == iat + 300


async def test_a_tokens_header_names_its_algorithm_type_and_key(world: World) -> None:
    given = await world.token(await world.signed_in())
    [key] = (await world.published_keys()).keys
    assert part(given.token, 0) == {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}


async def test_published_keys_verify_a_token_for_its_audience_alone(world: World) -> None:
    world.set_real_time()
    secret = await world.signed_in()
    world.set_real_time()
    given = await world.token(secret, "audit")
    keys = await world.published_keys()
    assert tokens.verified(given.token, keys, "audit").school == MOSSGATE
    with pytest.raises(tokens.TokenRefused):
        tokens.verified(given.token, keys, "lookup")


async def test_a_token_of_long_ago_is_refused(world: World) -> None:
    given = await world.token(await world.signed_in())
    with pytest.raises(tokens.TokenRefused):
        tokens.verified(given.token, await world.published_keys(), "lookup")


async def test_before_a_school_is_chosen_there_is_no_token(world: World) -> None:
    await world.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO_SCHOOLS)
    secret = await world.signed_in(TWO_SCHOOLS)
    with pytest.raises(NobodyActing):
        await world.token(secret)
    await world.choose(secret, "lead", LARCHMERE)
    assert part((await world.token(secret)).token, 1)["school"] == LARCHMERE


async def test_council_staff_have_no_school_and_no_agreement(world: World) -> None:
    await world.account(("triage_officer", None), email="council@example.org")
    claims = part((await world.token(await world.signed_in("council@example.org"))).token, 1)
    assert (claims["role"], claims["school"], claims["agreement"]) == ("triage_officer", None, None)


async def test_a_role_that_was_taken_away_has_no_token(world: World) -> None:
    secret = await world.signed_in()
    await world.clone.execute("DELETE FROM role_held")
    with pytest.raises(NobodyActing):
        await world.token(secret)


async def test_a_sign_out_in_progress_is_waited_for(world: World) -> None:
    """A token is asked for after the sign-out's statements and before its commit: it must not be given."""
    secret = await world.signed_in()
    async with world.tx() as tx:
        await commands.sign_out(tx, secret, world.settings)
        asked = asyncio.create_task(world.token(secret))
        await world.waiting_for_a_lock()
    with pytest.raises(SessionOver):
        await asked
