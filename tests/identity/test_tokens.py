"""Access tokens: what they claim, for whom they are good, and when none is given."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from joserfc.jwk import KeySet

from services.identity.commands import keys, refusals, sessions
from services.identity.domain import EPOCH_BITS, version_of
from shared.web import tokens
from tests.identity.scene import AGREEMENT, LARCHMERE, MOSSGATE, Scene

FIRST = 1 << EPOCH_BITS


def part(token: str, number: int) -> dict[str, Any]:
    text = token.split(".")[number]
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


async def published(scene: Scene) -> KeySet:
    async with scene.tx() as tx:
        return KeySet.import_key_set({"keys": await keys.published_keys(tx, scene.settings)})


async def now_is_now(scene: Scene) -> str:
    """A session at the real time, by which a reader judges a token."""
    async with scene.clone.db.transaction(_cause()) as tx:
        scene.now = now = tx.now
    secret = await scene.signed_in()
    scene.now = now
    return secret


def _cause() -> Any:
    from uuid import uuid4

    from shared.database.tx import Cause

    return Cause("test", uuid4())


async def test_a_token_claims_what_the_agreement_says(scene: Scene) -> None:
    secret = await scene.signed_in()
    shown, given = await scene.shown(secret), await scene.token(secret)
    claims, iat = part(given.token, 1), int(scene.now.timestamp())
    assert claims.pop("jti")
    assert claims == {
        "iss": "identity", "aud": "lookup", "sub": str(shown.account_id), "sid": str(shown.session_id),
        "role": "lead", "school": MOSSGATE, "agreement": version_of(AGREEMENT), "iat": iat, "exp": iat + 300,
        "account_revision": FIRST, "school_revision": FIRST,
    }  # fmt: skip
    assert int(given.expires_at.timestamp()) == iat + 300


async def test_a_token_says_its_algorithm_type_and_key(scene: Scene) -> None:
    given = await scene.token(await scene.signed_in())
    [key] = (await published(scene)).keys
    assert part(given.token, 0) == {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}


async def test_published_keys_verify_a_token_for_its_audience_alone(scene: Scene) -> None:
    given = await scene.token(await now_is_now(scene), "audit")
    keys = await published(scene)
    assert tokens.verified(given.token, keys, "audit").school == MOSSGATE
    with pytest.raises(tokens.TokenRefused):
        tokens.verified(given.token, keys, "lookup")


async def test_a_token_of_long_ago_is_refused(scene: Scene) -> None:
    given = await scene.token(await scene.signed_in())
    with pytest.raises(tokens.TokenRefused):
        tokens.verified(given.token, await published(scene), "lookup")


async def test_published_keys_have_no_private_part(scene: Scene) -> None:
    async with scene.tx() as tx:
        [key] = await keys.published_keys(tx, scene.settings)
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")


async def test_instances_that_start_at_once_share_one_key(scene: Scene) -> None:
    found = await asyncio.gather(*(published(scene) for _ in range(5)))
    assert len({each.keys[0].kid for each in found}) == 1
    assert await scene.clone.value("SELECT count(*) FROM signing_key") == 1


async def test_a_retired_key_is_published_while_its_tokens_live(scene: Scene) -> None:
    await published(scene)
    await scene.clone.execute("UPDATE signing_key SET retired_at = $1", scene.now)
    scene.later(minutes=5)
    assert len((await published(scene)).keys) == 2
    scene.later(seconds=6)
    assert len((await published(scene)).keys) == 1


async def test_who_has_not_chosen_a_school_has_no_token(scene: Scene) -> None:
    await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE), email="two@example.org")
    secret = await scene.signed_in("two@example.org")
    with pytest.raises(refusals.NobodyActing):
        await scene.token(secret)
    await scene.choose(secret, "lead", LARCHMERE)
    assert part((await scene.token(secret)).token, 1)["school"] == LARCHMERE


async def test_council_staff_have_no_school_and_no_agreement(scene: Scene) -> None:
    await scene.account(("triage_officer", None), email="council@example.org")
    claims = part((await scene.token(await scene.signed_in("council@example.org"))).token, 1)
    assert (claims["role"], claims["school"], claims["agreement"]) == ("triage_officer", None, None)


async def test_a_role_that_was_taken_away_has_no_token(scene: Scene) -> None:
    secret = await scene.signed_in()
    await scene.clone.execute("DELETE FROM role_held")
    with pytest.raises(refusals.NobodyActing):
        await scene.token(secret)


async def test_a_sign_out_in_progress_is_waited_for(scene: Scene) -> None:
    """A token is asked for after the sign-out's statements and before its commit: it must not be given."""
    secret = await scene.signed_in()
    async with scene.tx() as tx:
        await sessions.sign_out(tx, secret, scene.settings)
        asked = asyncio.create_task(scene.token(secret))
        await scene.waiting_for_a_lock()
    with pytest.raises(refusals.SessionOver):
        await asked
