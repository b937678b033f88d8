"""Signing keys: made once, published without their private part, for as long as their tokens live."""

from __future__ import annotations

import asyncio

import pytest

from services.identity.keys import commands
from shared.web.tokens import Keys, TokenRefused
from tests.identity.world import MOSSGATE, World, bearer, post, signed_in_over_http
from tests.support.web import Web


async def test_published_keys_have_no_private_part(world: World) -> None:
    async with world.tx() as tx:
        [key] = await commands.published_keys(tx, world.settings)
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")


async def test_instances_that_start_at_once_share_one_key(world: World) -> None:
    found = await asyncio.gather(*(world.published_keys() for _ in range(5)))
    assert len({each.keys[0].kid for each in found}) == 1
    assert await world.count("signing_key") == 1


async def test_a_retired_key_is_published_while_its_tokens_live(world: World) -> None:
    await world.published_keys()
    await world.clone.execute("UPDATE signing_key SET retired_at = $1", world.now)
    world.later(minutes=5)
    assert len((await world.published_keys()).keys) == 2
    world.later(seconds=6)
    assert len((await world.published_keys()).keys) == 1


async def test_a_token_is_verified_with_the_keys_as_they_are_published(door: Web, world: World) -> None:
    secret = await signed_in_over_http(door, world)
    token = (await post(door, "/tokens", {"audience": "lookup"}, **bearer(secret))).json()["token"]
    keys = Keys("http://identity.test", door.client)
    assert (await keys.caller(token, "lookup")).school == MOSSGATE
    with pytest.raises(TokenRefused):
        await keys.caller(token, "audit")
